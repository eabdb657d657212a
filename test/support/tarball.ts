import { gzipSync } from "node:zlib";
import { Header } from "tar";

/** An entry of {@link makeTarball}. */
export interface TarballEntry {
  readonly path: string;
  readonly content?: string;
  /** Default: `File`. */
  readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO";
  readonly linkpath?: string;
  /** Default: 0644. */
  readonly mode?: number;
}

/** A gzipped tar archive with just these entries, however wrong they are. */
export function makeTarball(entries: readonly TarballEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = "", type = "File", linkpath, mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = new Header({
      path,
      size: body.length,
      type,
      mode,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
