/** A file, or, with a name that ends in a slash, a folder of a tar archive. */
export interface TarEntry {
  /** At most 100 bytes. */
  readonly name: string;
  readonly mode: number;
  readonly content?: Buffer;
}

const BLOCK = 512;

/** One entry of a tar archive, in the form of POSIX.1-1988 ("ustar"), owned by root. */
export function tarEntry({ name, mode, content = Buffer.alloc(0) }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  const numbers: readonly (readonly [value: number, offset: number, length: number])[] = [
    [mode, 100, 8],
    [0, 108, 8],
    [0, 116, 8],
    [content.length, 124, 12],
    [0, 136, 12],
  ];
  for (const [value, offset, length] of numbers) header.write(value.toString(8).padStart(length - 1, "0"), offset);
  header.write(name.endsWith("/") ? "5" : "0", 156);
  header.write("ustar\u000000", 257);
  // The sum is taken with spaces where it will stand.
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}
