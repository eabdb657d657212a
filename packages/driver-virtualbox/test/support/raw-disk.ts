/** The smallest disk that passes for one: a boot sector with a partition and its mark, and a little room. */
export function rawDisk(): Buffer {
  const disk = Buffer.alloc(64 * 1024);
  const entry = 446;
  disk.writeUInt8(0x83, entry + 4);
  disk.writeUInt32LE(1, entry + 8);
  disk.writeUInt32LE(64, entry + 12);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}
