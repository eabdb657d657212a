import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type { pki } from "node-forge";

/** Days a certificate is valid: the Go program's choice. */
const VALIDITY_DAYS = 1080;
/** Milliseconds that a certificate is valid before it is made, for hosts whose clocks are slow. The Go program's choice. */
const CLOCK_SLACK_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const KEY_BITS = 2048;

/** A certificate and the key that signs in its name. */
export interface Authority {
  readonly certificatePem: string;
  readonly key: KeyObject;
}

/** What a certificate says of its holder. */
export interface Subject {
  /** The subject's `O` field, its only one. */
  readonly organization: string;
  readonly key: KeyObject;
}

/** Makes an RSA key of 2048 bits. */
export async function createKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: KEY_BITS });
  return privateKey;
}

/** A key as `BEGIN RSA PRIVATE KEY`, the form the Go program writes. */
export function keyToPem(key: KeyObject): string {
  return key.export({ type: "pkcs1", format: "pem" }).toString();
}

/** Makes the self-signed certificate of a CA. */
export async function signAuthority(subject: Subject): Promise<string> {
  const certificate = await draft(subject);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true, keyAgreement: true, keyCertSign: true },
    { name: "basicConstraints", critical: true, cA: true },
    { name: "subjectKeyIdentifier" },
  ]);
  return sign(certificate, subject.key);
}

/** Makes a certificate with which a client proves itself to an engine. */
export async function signClient(authority: Authority, subject: Subject): Promise<string> {
  const certificate = await draft(subject);
  await setIssuer(certificate, authority, [
    { name: "keyUsage", critical: true, digitalSignature: true },
    { name: "extKeyUsage", clientAuth: true },
  ]);
  return sign(certificate, authority.key);
}

/** Makes a certificate with which an engine proves itself under each of `hosts`: names and addresses. */
export async function signServer(authority: Authority, subject: Subject, hosts: readonly string[]): Promise<string> {
  const names = hosts.filter((host) => isIP(host) === 0).map((value) => ({ type: 2, value }));
  const addresses = hosts.filter((host) => isIP(host) !== 0).map((ip) => ({ type: 7, ip }));
  const certificate = await draft(subject);
  await setIssuer(
    certificate,
    authority,
    [
      { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true, keyAgreement: true },
      { name: "extKeyUsage", serverAuth: true },
    ],
    [{ name: "subjectAltName", altNames: [...names, ...addresses] }],
  );
  return sign(certificate, authority.key);
}

/** Forge's own key generator takes seconds, and it is slow to load; it only builds and signs. */
async function loadForge(): Promise<typeof import("node-forge")> {
  const { default: forge } = await import("node-forge");
  return forge;
}

async function draft({ key, organization }: Subject): Promise<pki.Certificate> {
  const { asn1, pki } = await loadForge();
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(createPublicKey(key).export({ type: "spki", format: "pem" }).toString());
  certificate.serialNumber = serialNumber();
  const notBefore = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - CLOCK_SLACK_MS;
  certificate.validity.notBefore = new Date(notBefore);
  certificate.validity.notAfter = new Date(notBefore + VALIDITY_DAYS * DAY_MS);
  const printable = /^[A-Za-z0-9 '()+,./:=?-]*$/.test(organization);
  // The typings mistake forge's tag types for tag classes; both are numbers.
  const valueTagClass = (printable ? asn1.Type.PRINTABLESTRING : asn1.Type.UTF8) as number as typeof asn1.Class.UNIVERSAL;
  certificate.setSubject([{ shortName: "O", value: organization, valueTagClass }]);
  return certificate;
}

/** 128 random bits, positive and without a leading zero byte, as DER wants a number. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function setIssuer(
  certificate: pki.Certificate,
  authority: Authority,
  usage: readonly object[],
  names: readonly object[] = [],
): Promise<void> {
  const { asn1, pki, util } = await loadForge();
  const issuer = pki.certificateFromPem(authority.certificatePem);
  // Forge leaves UTF-8 encoded when it parses a name, and encodes it when it writes one.
  const utf8 = asn1.Type.UTF8 as number;
  const decoded = (field: pki.CertificateField) =>
    (field.valueTagClass as number | undefined) === utf8 && typeof field.value === "string"
      ? { ...field, value: util.decodeUtf8(field.value) }
      : field;
  certificate.setIssuer(issuer.subject.attributes.map(decoded));
  certificate.setExtensions([
    ...usage,
    { name: "basicConstraints", critical: true, cA: false },
    { name: "authorityKeyIdentifier", keyIdentifier: await keyIdentifierOf(issuer) },
    ...names,
  ]);
}

/** A CA of somebody else's may not use the hash of its key as identifier. */
async function keyIdentifierOf(issuer: pki.Certificate): Promise<string> {
  const { util } = await loadForge();
  const extension: unknown = issuer.getExtension("subjectKeyIdentifier");
  const isNamed = typeof extension === "object" && extension !== null && "subjectKeyIdentifier" in extension;
  return isNamed ? util.hexToBytes(String(extension.subjectKeyIdentifier)) : issuer.generateSubjectKeyIdentifier().getBytes();
}

async function sign(certificate: pki.Certificate, key: KeyObject): Promise<string> {
  const { md, pki } = await loadForge();
  certificate.sign(pki.privateKeyFromPem(keyToPem(key)), md.sha256.create());
  return pki.certificateToPem(certificate).replaceAll("\r\n", "\n");
}
