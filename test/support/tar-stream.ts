import { gzipSync } from "node:zlib";
import { Header } from "tar";

/** What makes an entry's header. */
export interface TarHead {
  readonly path: string;
  /** What the header says, whatever follows. Default: 0. */
  readonly size?: number;
  /** Default: `File`. */
  readonly type?: string;
  readonly linkpath?: string;
  /** Default: 0644. */
  readonly mode?: number;
}

/** The block before an entry's content. */
export function tarHead({ path, size = 0, type = "File", linkpath, mode = 0o644 }: TarHead): Buffer {
  const block = Buffer.alloc(512);
  const data = { path, size, type: type as "File", mode, mtime: new Date(0), ...(linkpath === undefined ? {} : { linkpath }) };
  new Header(data).encode(block);
  return block;
}

/** An entry whose path is longer than a header holds (PAX). */
export function longPathEntry(path: string): Buffer {
  const record = ` path=${path}\n`;
  let length = record.length + 1;
  while (`${length}${record}`.length !== length) length = `${length}${record}`.length;
  const content = Buffer.from(`${length}${record}`);
  return Buffer.concat([
    tarHead({ path: "PaxHeader", size: content.length, type: "ExtendedHeader" }),
    padded(content),
    tarHead({ path: "package/x" }),
  ]);
}

/** An entry with its content. */
export function tarEntry(head: Omit<TarHead, "size">, content: string): Buffer {
  const body = Buffer.from(content);
  return Buffer.concat([tarHead({ ...head, size: body.length }), padded(body)]);
}

/** The end of an archive. */
export const TAR_END = Buffer.alloc(1024);

/**
 * Gzips parts, of which each may come many times over. A part is packed once: gzip members may follow each other (RFC 1952, 2.2), so an archive of gigabytes is made in a moment.
 */
export function gzipParts(parts: readonly (Buffer | { readonly part: Buffer; readonly times: number })[]): Buffer {
  const packed = new Map<Buffer, Buffer>();
  const members = parts.flatMap((each) => {
    const { part, times } = Buffer.isBuffer(each) ? { part: each, times: 1 } : each;
    const member = packed.get(part) ?? gzipSync(part, { level: 6 });
    packed.set(part, member);
    return new Array<Buffer>(times).fill(member);
  });
  return Buffer.concat(members);
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
