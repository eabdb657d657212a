/** The smallest disk that passes for one: a boot sector with its mark, and a little room. */
export function rawDisk(): Buffer {
  const disk = Buffer.alloc(64 * 1024);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}
