import { promisify } from "node:util";
import { DriverError } from "@docker-machine/driver-sdk";
import type { CloudConfig } from "./cloud-config.js";
import { cloudConfigText, mergeCloudConfig } from "./merge-cloud-config.js";
import { type MimePart, mimeArchive } from "./mime-archive.js";

/** What compressed user data may grow to. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Ours comes last and leaves what is there: lists are appended, single values of the user's stay. See cloud-init's "Merging user-data sections". */
const OURS_YIELDS = "list(append)+dict(no_replace,recurse_list)+str()";

/**
 * The file `user-data`: docker-machine's settings together with the user's own text. A cloud-config is merged into one; anything else that
 * cloud-init knows travels beside ours in a MIME archive.
 *
 * @param theirs a text, or its bytes, which may be compressed with gzip
 * @throws {DriverError} `USER_DATA_INVALID`, `USER_DATA_CONFLICT`
 */
export async function userDataOf(ours: CloudConfig, theirs: string | Uint8Array | undefined): Promise<string> {
  const text = theirs === undefined ? "" : await textOf(theirs);
  const kind = kindOf(text);
  if (kind === "nothing") return cloudConfigText(ours);
  if (kind === "cloud-config") return withoutMimeLook(await mergeCloudConfig(ours, text));
  const part: MimePart = { ...ourPart(await cloudConfigText(ours)), headers: { "Merge-Type": OURS_YIELDS } };
  return mimeArchive([kind === "message" ? { message: text } : { type: "text/plain", fileName: "user-data", content: text }, part]);
}

/** cloud-init takes any text for a MIME message that has that word near its beginning; such a one becomes a real message. */
function withoutMimeLook(cloudConfig: string): string {
  return looksLikeMime(cloudConfig) ? mimeArchive([ourPart(cloudConfig)]) : cloudConfig;
}

function ourPart(content: string): MimePart {
  return { type: "text/cloud-config", fileName: "docker-machine.yaml", content };
}

type Kind = "nothing" | "cloud-config" | "other" | "message";

/** What cloud-init takes for what: `INCLUSION_TYPES_MAP` and `convert_string` in its sources. */
function kindOf(text: string): Kind {
  const start = text.trimStart();
  if (start === "") return "nothing";
  if (/^(?:#!|#include|#part-handler|#cloud-boothook|#cloud-config-archive|#cloud-config-jsonp|## template: jinja)/i.test(start))
    return "other";
  if (/^#cloud-config/i.test(start)) return "cloud-config";
  if (looksLikeMime(text)) return "message";
  const [line = ""] = start.split("\n", 1);
  throw new DriverError(
    "USER_DATA_INVALID",
    `The user data begins with ${JSON.stringify(line.slice(0, 60))}, which cloud-init doesn't know.`,
    {
      suggestions: ["Begin it with #cloud-config, with #! and a program, or with the headers of a MIME multipart archive."],
    },
  );
}

function looksLikeMime(text: string): boolean {
  return text.slice(0, 4096).toLowerCase().includes("mime-version:");
}

/** Without a byte order mark, which Windows' editors put first and cloud-init doesn't know. */
async function textOf(data: string | Uint8Array): Promise<string> {
  const text = typeof data === "string" ? data : decoded(isCompressed(data) ? await decompressed(data) : data);
  if (text.includes("\0")) throw notText();
  return text.replace(/^\uFEFF/, "");
}

function isCompressed(data: Uint8Array): boolean {
  return data[0] === 0x1f && data[1] === 0x8b;
}

async function decompressed(data: Uint8Array): Promise<Uint8Array> {
  const { gunzip } = await import("node:zlib");
  try {
    return await promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)(data, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new DriverError("USER_DATA_INVALID", "The user data can't be decompressed with gzip.", {
      cause,
      suggestions: ["gzip --test FILE", `It may hold ${MAX_BYTES / 1024 / 1024} MiB at most.`],
    });
  }
}

function decoded(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch (cause) {
    throw notText(cause);
  }
}

function notText(cause?: unknown): DriverError {
  return new DriverError("USER_DATA_INVALID", "The user data is neither text in UTF-8 nor compressed with gzip.", {
    cause,
    suggestions: ["file FILE"],
  });
}
