import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { PRIVATE_FILE_MODE, writeAtomically } from "../files/atomic-file.js";

/** Where a host's key is kept, and whether an unknown one may be recorded. */
export interface HostKeyPolicy {
  /** The machine's `known_hosts` file, in OpenSSH's format. */
  readonly path: string;
  /** The name the key is recorded under: the machine's, as OpenSSH's `HostKeyAlias`. */
  readonly alias: string;
  /** Names the host in messages. Default: `the host of the machine "ALIAS"`. */
  readonly host?: string;
  /** `record`: an unknown key is written down after a login (only while creating). `require`: it must be the recorded one. */
  readonly unknown: "record" | "require";
}

/** A host's public key, as SSH sends it. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
}

/** The keys recorded for `alias`. Missing file: none. */
export async function readHostKeys({ path, alias }: HostKeyPolicy): Promise<readonly HostKey[]> {
  const lines = (await readOptional(path)).split("\n").map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([names, type, blob]) =>
    names !== undefined && type !== undefined && blob !== undefined && names.split(",").includes(alias)
      ? [{ type, blob: Buffer.from(blob, "base64") }]
      : [],
  );
}

/** Records a key for `alias` beside those that are there. */
export async function recordHostKey({ path, alias }: HostKeyPolicy, key: HostKey): Promise<void> {
  const before = await readOptional(path);
  const separator = before === "" || before.endsWith("\n") ? "" : "\n";
  const line = `${alias} ${key.type} ${key.blob.toString("base64")}\n`;
  await writeAtomically(path, `${before}${separator}${line}`, { mode: PRIVATE_FILE_MODE });
}

/** The key that a host sent, whose first field is its type (RFC 4253, section 6.6). */
export function parseHostKey(blob: Buffer): HostKey {
  const type = blob.length < 4 ? "" : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
  // A host can send anything. The type is written to known_hosts, and shown in a command to be pasted.
  return { type: /^[A-Za-z0-9@.-]{1,64}$/.test(type) ? type : "unknown", blob };
}

/** A key's fingerprint as OpenSSH prints it: `SHA256:…`. */
function fingerprint({ blob }: HostKey): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The error for a host that shows another key than the recorded ones. */
export function hostKeyChanged({ path, alias, host }: HostKeyPolicy, recorded: readonly HostKey[], shown: HostKey): MachineError {
  const wanted = recorded.map((key) => `${key.type} ${fingerprint(key)}`).join(" or ");
  const whose = host === undefined ? `The host of the machine "${alias}"` : `${host.charAt(0).toUpperCase()}${host.slice(1)}`;
  const since = host === undefined ? "when it was created" : "at the first login";
  return new MachineError(
    "SSH_HOST_KEY_CHANGED",
    `${whose} shows the SSH key ${shown.type} ${fingerprint(shown)}, but ${wanted} was recorded ${since}. ` +
      "Either the host was reinstalled, or somebody is listening in.",
    { suggestions: [`If you know why the key has changed, forget the old one: ssh-keygen -R ${alias} -f ${path}`] },
  );
}

/** The error for a host none of whose keys was recorded, when one is required. */
export function hostKeyUnknown({ path, alias, host }: HostKeyPolicy, shown: HostKey): MachineError {
  const whose = host ?? `the machine "${alias}"`;
  return new MachineError(
    "SSH_HOST_KEY_UNKNOWN",
    `No SSH key was recorded in ${path} for ${whose}, ${host === undefined ? "whose host" : "which"} shows ${shown.type} ${fingerprint(shown)}.`,
    { suggestions: [`If that is the host's key, record it: echo '${alias} ${shown.type} ${shown.blob.toString("base64")}' >> ${path}`] },
  );
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw new MachineError("SSH_HOST_KEY_UNKNOWN", `The file ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
