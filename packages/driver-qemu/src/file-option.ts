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

/**
 * The text of a PEM file that `--qemu-ca-file` names.
 *
 * @throws {DriverError} `FILE_UNREADABLE`, `CERTIFICATE_FILE_INVALID`
 */
export async function readCertificates(path: string): Promise<string> {
  const text = (await readFileOf("qemu-ca-file", path)).toString("utf8");
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new DriverError("CERTIFICATE_FILE_INVALID", `The file ${path} of --qemu-ca-file has no certificate in PEM form.`, {
    suggestions: [`openssl x509 -inform der -in ${path} -out ca.pem`],
  });
}
