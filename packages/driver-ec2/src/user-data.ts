import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { DriverError } from "@docker-machine/driver-sdk";
import { CATALOGUE } from "./image-catalogue.js";
import type { Ec2Options } from "./options.js";

/** What AWS takes, before base64. */
const MOST_BYTES = 16 * 1024;
/** Ours comes last and leaves what is there: lists are appended, single values of the user's stay. See cloud-init's "Merging user-data sections". */
const OURS_YIELDS = "list(append)+dict(no_replace,recurse_list)+str()";

/**
 * The user data of a launch, in base64; `undefined` if there is none.
 *
 * Images of the catalogue have cloud-init. There, the user's own data is joined with ours, which keeps the user that docker-machine logs in as, whatever
 * other users it lists. Other images get the user's data as it is: nothing is known of what reads it.
 *
 * @throws {DriverError} `EC2_USER_DATA_UNREADABLE`; `EC2_USER_DATA_TOO_LARGE`
 */
export async function launchUserData(options: Ec2Options): Promise<string | undefined> {
  const theirs = await readUserData(options.userdata);
  const catalogue = options.ami === undefined || options.ami === "" ? CATALOGUE[options.image] : undefined;
  if (catalogue === undefined) return theirs === undefined ? undefined : small(theirs).toString("base64");
  const { sshUser = "" } = options;
  const renamed = sshUser === "" || sshUser === catalogue.sshUser ? undefined : sshUser;
  if (theirs === undefined && renamed === undefined) return undefined;
  const ours = ourConfig(renamed);
  const all = theirs === undefined ? Buffer.from(ours) : Buffer.from(mimeArchive([theirPart(theirs), ourPart(ours)]));
  return small(all.length > MOST_BYTES ? await compressed(all) : all).toString("base64");
}

/** A file's name, or the text itself. No file's name has several lines, or begins as cloud-init's formats do. */
async function readUserData(userdata: string | undefined): Promise<Buffer | undefined> {
  if (userdata === undefined || userdata.trim() === "") return undefined;
  if (/\n|^\s*#|^(content-type|mime-version):/i.test(userdata)) return Buffer.from(userdata);
  return readFile(userdata).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DriverError("EC2_USER_DATA_UNREADABLE", `The file of --amazonec2-userdata can't be read: ${why}.`, {
      cause,
      suggestions: [`ls -l ${userdata}`, "A text begins with #! or #cloud-config: --amazonec2-userdata '#cloud-config …'"],
    });
  });
}

/** JSON is YAML, too. A setting named `user` renames the image's default user, and leaves the rest of it as it is. useradd(8) wants to be told of a group that is there already. */
function ourConfig(renamed: string | undefined): string {
  const user =
    renamed === undefined ? {} : renamed === "root" ? { disable_root: false } : { user: { name: renamed, primary_group: renamed } };
  return `#cloud-config\n${JSON.stringify({ users: ["default"], ...user })}\n`;
}

function ourPart(content: string): string {
  return part("text/cloud-config", "docker-machine.yaml", Buffer.from(content), [`Merge-Type: ${OURS_YIELDS}`]);
}

/** A message stays as it is; `text/plain` has cloud-init look at the first line. */
function theirPart(data: Buffer): string {
  if (data[0] === 0x1f && data[1] === 0x8b) return part("application/gzip", "user-data.gz", data);
  const text = data.toString("utf8");
  const isMessage = !text.trimStart().startsWith("#") && text.slice(0, 4096).toLowerCase().includes("mime-version:");
  return isMessage ? text : part("text/plain", "user-data", data);
}

function part(type: string, fileName: string, content: Buffer, headers: readonly string[] = []): string {
  const charset = type.startsWith("text/") ? '; charset="utf-8"' : "";
  return [
    `Content-Type: ${type}${charset}`,
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="${fileName}"`,
    ...headers,
    "",
    ...(content.toString("base64").match(/.{1,76}/g) ?? []),
  ].join("\n");
}

/** The same parts make the same text: a repeated launch must not differ from the first. */
function mimeArchive(parts: readonly string[]): string {
  const boundary = `==${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40)}==`;
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "MIME-Version: 1.0",
    "",
    ...parts.flatMap((each) => [`--${boundary}`, each]),
    `--${boundary}--`,
    "",
  ].join("\n");
}

async function compressed(data: Buffer): Promise<Buffer> {
  const { gzip } = await import("node:zlib");
  return promisify<Buffer, Buffer>(gzip)(data);
}

function small(data: Buffer): Buffer {
  if (data.length <= MOST_BYTES) return data;
  throw new DriverError("EC2_USER_DATA_TOO_LARGE", `The user data has ${data.length} bytes, and AWS takes ${MOST_BYTES}.`, {
    suggestions: ["Let it fetch the rest: #include https://…", "Compress it: gzip -9 FILE"],
  });
}
