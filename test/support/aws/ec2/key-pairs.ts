import { createHash, createPublicKey } from "node:crypto";
import type {
  DeleteKeyPairCommandInput,
  DeleteKeyPairCommandOutput,
  DescribeKeyPairsCommandInput,
  DescribeKeyPairsCommandOutput,
  ImportKeyPairCommandInput,
  ImportKeyPairCommandOutput,
  KeyPairInfo,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { required, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { newId } from "./kinds.ts";
import type { Region } from "./region.ts";
import type { KeyPair } from "./resources.ts";
import { checkedTags, tagsFor, tagsOf } from "./tags.ts";

/** The pair that a launch names. @throws AwsFault `InvalidKeyPair.NotFound` */
export function keyPairByName(region: Region, name: string): KeyPair {
  const keyPair = region.keyPairs.all().find((candidate) => candidate.name === name);
  if (keyPair === undefined) throw region.keyPairs.unknown([name]);
  if (keyPair.hidden.writes > 0) {
    keyPair.hidden.writes -= 1;
    throw region.keyPairs.unknown([name]);
  }
  return keyPair;
}

function importKeyPair(region: Region, input: ImportKeyPairCommandInput): Partial<ImportKeyPairCommandOutput> {
  const name = required(input.KeyName, "KeyName");
  if (!/^[\x20-\x7e]{1,255}$/.test(name) || name !== name.trim()) {
    throw new AwsFault("InvalidParameterValue", `Value (${name}) for parameter keyName is invalid.`);
  }
  const material = Buffer.from(required(input.PublicKeyMaterial, "PublicKeyMaterial")).toString("latin1");
  const key = parsedKey(material);
  const tags = tagsFor(checkedTags(input.TagSpecifications, ["key-pair"]), "key-pair");
  if (region.keyPairs.all().some((pair) => pair.name === name)) {
    throw new AwsFault("InvalidKeyPair.Duplicate", `The keypair '${name}' already exists.`);
  }
  stopAtDryRun(input);
  if (region.keyPairs.all().length >= region.account.limits.keyPairs) {
    throw new AwsFault("KeyPairLimitExceeded", "The maximum number of key pairs has been reached.");
  }
  const hidden = region.account.hiddenAtFirst("key-pair");
  const pair = region.keyPairs.add({ id: newId("key-pair"), tags, hidden, name, ...key, created: new Date(region.account.now()) });
  return { KeyFingerprint: pair.fingerprint, KeyName: name, KeyPairId: pair.id, ...(tags.size > 0 ? { Tags: tagsOf(pair) } : {}) };
}

/** AWS takes ED25519 keys, and RSA keys of 1024, 2048 and 4096 bits, in OpenSSH's format. */
function parsedKey(material: string): Pick<KeyPair, "fingerprint" | "publicKey" | "type"> {
  const bad = new AwsFault("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  const line = material.trim();
  const [algorithm = "", base64 = ""] = line.split(/\s+/);
  if (line.includes("\n") || !/^[A-Za-z\d+/]+={0,2}$/.test(base64)) throw bad;
  const fields = fieldsOf(Buffer.from(base64, "base64"));
  if (fields?.[0]?.toString("latin1") !== algorithm) throw bad;
  if (algorithm === "ssh-ed25519" && fields.length === 2 && fields[1]?.length === 32) {
    const fingerprint = createHash("sha256").update(Buffer.from(base64, "base64")).digest("base64");
    return { type: "ed25519", fingerprint, publicKey: line };
  }
  const [, exponent, modulus] = fields;
  if (algorithm !== "ssh-rsa" || fields.length !== 3 || exponent === undefined || modulus === undefined) throw bad;
  const key = createPublicKey({ key: { kty: "RSA", e: base64Url(exponent), n: base64Url(modulus) }, format: "jwk" });
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (![1024, 2048, 4096].includes(bits)) throw new AwsFault("InvalidKey.Format", "Key length must be 1024, 2048 or 4096 bits");
  const digest = createHash("md5")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
  return { type: "rsa", fingerprint: digest.replaceAll(/(..)(?!$)/g, "$1:"), publicKey: line };
}

/** The strings of an SSH key's wire format (RFC 4251); `undefined` if they don't fill it. */
function fieldsOf(wire: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= wire.length) {
    const end = offset + 4 + wire.readUInt32BE(offset);
    if (end > wire.length) return undefined;
    fields.push(wire.subarray(offset + 4, end));
    offset = end;
  }
  return offset === wire.length ? fields : undefined;
}

function base64Url(number: Buffer): string {
  return (number[0] === 0 ? number.subarray(1) : number).toString("base64url");
}

function describeKeyPairs(region: Region, input: DescribeKeyPairsCommandInput): Partial<DescribeKeyPairsCommandOutput> {
  const byName = (input.KeyNames ?? []).map((name) => {
    const pair = region.keyPairs.all().find((candidate) => candidate.name === name);
    if (pair === undefined) throw region.keyPairs.unknown([name]);
    return pair;
  });
  const ids = [...byName.map(({ id }) => id), ...(input.KeyPairIds ?? [])];
  const pairs = byName.some(({ hidden }) => hidden.reads > 0) ? hiddenByName(region, byName) : region.keyPairs.found(ids);
  stopAtDryRun(input);
  const matching = filtered(pairs, input.Filters, {
    "key-name": (pair) => pair.name,
    "key-pair-id": (pair) => pair.id,
    fingerprint: (pair) => pair.fingerprint,
  });
  return { KeyPairs: matching.map((pair) => shown(pair, input.IncludePublicKey === true ? { PublicKey: pair.publicKey } : {})) };
}

/** Messages name what was asked for: names, not ids. */
function hiddenByName(region: Region, pairs: readonly KeyPair[]): never {
  const hidden = pairs.filter((pair) => pair.hidden.reads > 0);
  for (const pair of hidden) pair.hidden.reads -= 1;
  throw region.keyPairs.unknown(hidden.map(({ name }) => name));
}

function shown(pair: KeyPair, more: Pick<KeyPairInfo, "PublicKey">): KeyPairInfo {
  return {
    KeyPairId: pair.id,
    KeyFingerprint: pair.fingerprint,
    KeyName: pair.name,
    KeyType: pair.type,
    Tags: tagsOf(pair),
    CreateTime: pair.created,
    ...more,
  };
}

/** Succeeds also if there is no such pair. Instances keep the key that they were launched with. */
function deleteKeyPair(region: Region, input: DeleteKeyPairCommandInput): Partial<DeleteKeyPairCommandOutput> {
  if (input.KeyName === undefined && input.KeyPairId === undefined) required(undefined, "KeyName");
  stopAtDryRun(input);
  const pair = region.keyPairs.all().find(({ id, name }) => id === input.KeyPairId || name === input.KeyName);
  if (pair === undefined) return { Return: true };
  region.keyPairs.delete(pair.id);
  return { Return: true, KeyPairId: pair.id };
}

export const keyPairActions = {
  DeleteKeyPair: deleteKeyPair,
  DescribeKeyPairs: describeKeyPairs,
  ImportKeyPair: importKeyPair,
} satisfies Actions;
