import { invalidOption } from "./invalid-option.js";

/** Another disk that the user wishes for: an empty one of a size, or an existing image. */
export type ExtraDiskWish = { readonly sizeMb: number } | { readonly file: string };

/**
 * Reads a value of `--qemu-extra-disk`.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseExtraDisk(text: string): ExtraDiskWish {
  const invalid = invalidOption(
    "qemu-extra-disk",
    text,
    "a size in MB or a file",
    "--qemu-extra-disk 50000, or --qemu-extra-disk ./data.qcow2",
  );
  if (text.trim() === "") throw invalid;
  if (!/^\d+$/.test(text)) return { file: text };
  const sizeMb = Number(text);
  if (sizeMb < 1 || !Number.isSafeInteger(sizeMb * 1024 * 1024)) throw invalid;
  return { sizeMb };
}
