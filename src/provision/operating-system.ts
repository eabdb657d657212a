import { MachineError } from "../errors.js";

/** What a host says of itself in os-release. */
export interface OperatingSystem {
  /** Such as `debian`. */
  readonly id: string;
  /** Such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly prettyName: string;
}

/** `amzn` is Amazon Linux. */
const SUPPORTED = ["debian", "ubuntu", "amzn"];

/** Reads an os-release file (os-release(5)). */
export function parseOsRelease(content: string): OperatingSystem {
  const fields = new Map(
    content.split("\n").flatMap((line) => {
      const match = /^([A-Z_0-9]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
      return match === null ? [] : [[match[1], (match[2] ?? match[3] ?? match[4] ?? "").replaceAll(/\\(.)/g, "$1")] as const];
    }),
  );
  const id = fields.get("ID") ?? "linux";
  return { id, prettyName: fields.get("PRETTY_NAME") ?? fields.get("NAME") ?? id };
}

/**
 * Checks that there is a way to set up Docker on a host.
 *
 * @throws {MachineError} `HOST_UNSUPPORTED`
 */
export function checkSupported({ id, prettyName }: OperatingSystem, hasSystemd: boolean): void {
  const problem = !SUPPORTED.includes(id) ? `runs ${prettyName}` : hasSystemd ? undefined : `(${prettyName}) does not run systemd`;
  if (problem === undefined) return;
  throw new MachineError("HOST_UNSUPPORTED", `The host ${problem}, but only Debian, Ubuntu and Amazon Linux with systemd can be set up.`, {
    suggestions: ["Choose another image with the driver's options."],
  });
}
