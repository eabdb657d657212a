const MAGIC = 0xfd2fb528;
/** The sizes of a frame header's optional fields, by their flags (RFC 8878, 3.1.1.1). */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/**
 * How many bytes the zstd frame at the beginning of `data` has, or undefined if none is there as a whole. In a qcow2 file something else
 * follows it directly, which Node's decompressor takes for an error.
 */
export function zstdFrameBytes(data: Buffer): number | undefined {
  if (data.length < 6 || data.readUInt32LE(0) !== MAGIC) return undefined;
  const descriptor = data.readUInt8(4);
  let end = headerBytes(descriptor);
  for (let isLast = false; !isLast; ) {
    if (end + 3 > data.length) return undefined;
    const block = data.readUIntLE(end, 3);
    const type = (block >> 1) & 3;
    if (type === RESERVED_BLOCK) return undefined;
    end += 3 + (type === RLE_BLOCK ? 1 : block >> 3);
    isLast = (block & 1) === 1;
  }
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  return end + checksumBytes <= data.length ? end + checksumBytes : undefined;
}

/** The magic number, the descriptor, the window's size where there is one, and the optional fields. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeFlag = descriptor >> 6;
  const contentSizeBytes = contentSizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[contentSizeFlag] ?? 0);
  return 5 + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0) + contentSizeBytes;
}
