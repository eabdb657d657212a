import { readFile } from "node:fs/promises";
import { DriverError } from "@docker-machine/driver-sdk";

/**
 * The content of a file that an option names.
 *
 * @throws {DriverError} `FILE_UNREADABLE`
 */
export async function readFileOf(flag: string, path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DriverError("FILE_UNREADABLE", `The file ${path} of --${flag} can't be read: ${why}.`, {
      cause,
      suggestions: [`ls -l ${path}`],
    });
  });
}
