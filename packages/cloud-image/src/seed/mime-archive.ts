import { createHash } from "node:crypto";

/** One part of a {@link mimeArchive}. */
export interface MimePart {
  /** `text/plain` has cloud-init look at the content's first line. */
  readonly type: "text/cloud-config" | "text/plain";
  readonly fileName: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content: string;
}

/** A text that already is a MIME message, with headers of its own. */
export interface MimeMessage {
  readonly message: string;
}

/**
 * A MIME multipart archive, as cloud-init reads several kinds of user data at once. Parts travel as base64, so that nothing in them is
 * read as the archive's own; messages travel as they are, behind a boundary that depends on all content.
 */
export function mimeArchive(parts: readonly (MimePart | MimeMessage)[]): string {
  const bodies = parts.map((part) => ("message" in part ? part.message : encoded(part)));
  const boundary = `==${createHash("sha256").update(JSON.stringify(bodies)).digest("hex").slice(0, 40)}==`;
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "MIME-Version: 1.0",
    "",
    ...bodies.flatMap((body) => [`--${boundary}`, body]),
    `--${boundary}--`,
    "",
  ].join("\n");
}

function encoded({ content, fileName, headers = {}, type }: MimePart): string {
  return [
    `Content-Type: ${type}; charset="utf-8"`,
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="${fileName}"`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    ...(Buffer.from(content, "utf8")
      .toString("base64")
      .match(/.{1,76}/g) ?? []),
  ].join("\n");
}
