import { createPublicKey, type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";

const PEM_LINE_LENGTH = 70;

/**
 * A private key in OpenSSH's own format, unencrypted. Ed25519 and RSA only.
 * The layout is OpenSSH's PROTOCOL.key; Node cannot write it, and ssh2's generator damages Ed25519 keys that begin with a zero byte.
 */
export function openSshPrivateKey(key: KeyObject, comment: string): string {
  const jwk = key.export({ format: "jwk" });
  const check = randomBytes(4);
  const fields = [check, check, ...privateFields(jwk), string(comment)];
  const unpadded = Buffer.concat(fields);
  const padding = Buffer.from(Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, index) => index + 1));
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    uint32(1),
    string(publicBlob(jwk)),
    string(Buffer.concat([unpadded, padding])),
  ]);
  const lines = blob.toString("base64").match(new RegExp(`.{1,${PEM_LINE_LENGTH}}`, "g")) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/** A public key as one line of `authorized_keys`. Ed25519 and RSA only. */
export function openSshPublicKey(privateKey: KeyObject, comment: string): string {
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  return `${typeOf(jwk)} ${publicBlob(jwk).toString("base64")} ${comment}`.trim();
}

function typeOf({ kty, crv }: JsonWebKey): "ssh-ed25519" | "ssh-rsa" {
  if (kty === "OKP" && crv === "Ed25519") return "ssh-ed25519";
  if (kty === "RSA") return "ssh-rsa";
  throw new TypeError(`A key of type ${kty} ${crv ?? ""} cannot be written in OpenSSH's format here.`);
}

function publicBlob(jwk: JsonWebKey): Buffer {
  const type = typeOf(jwk);
  const fields = type === "ssh-ed25519" ? [string(bytes(jwk.x))] : [number(jwk.e), number(jwk.n)];
  return Buffer.concat([string(type), ...fields]);
}

function privateFields(jwk: JsonWebKey): readonly Buffer[] {
  const type = typeOf(jwk);
  if (type === "ssh-rsa") return [string(type), number(jwk.n), number(jwk.e), number(jwk.d), number(jwk.qi), number(jwk.p), number(jwk.q)];
  const publicKey = bytes(jwk.x);
  return [string(type), string(publicKey), string(Buffer.concat([bytes(jwk.d), publicKey]))];
}

function bytes(field: string | undefined): Buffer {
  if (field === undefined) throw new TypeError("The key lacks a part.");
  return Buffer.from(field, "base64url");
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function string(value: string | Buffer): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([uint32(content.length), content]);
}

/** SSH's `mpint`: a positive number whose first bit is set gets a zero byte in front. */
function number(field: string | undefined): Buffer {
  const magnitude = bytes(field);
  const isNegative = ((magnitude[0] ?? 0) & 0x80) !== 0;
  return string(isNegative ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude);
}
