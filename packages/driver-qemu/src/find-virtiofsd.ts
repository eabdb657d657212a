import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";

/**
 * Where packages put virtiofsd, which is no command for users: Debian 13 and Fedora; Arch; Debian 12 and Ubuntu 22.04 with QEMU's former one.
 */
const PLACES = ["/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd"];

/**
 * Finds the program that shares a folder over virtiofs.
 *
 * @throws {DriverError} `VIRTIOFSD_MISSING`
 */
export async function findVirtiofsd(path: string = process.env.PATH ?? ""): Promise<string> {
  const onPath = path.split(delimiter).flatMap((directory) => (directory === "" ? [] : [join(directory, "virtiofsd")]));
  for (const candidate of [...PLACES, ...onPath]) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  throw new DriverError("VIRTIOFSD_MISSING", "Folders can't be shared over virtiofs: the program virtiofsd is not installed.", {
    suggestions: ["sudo apt-get install virtiofsd", "--qemu-share-type 9p"],
  });
}
