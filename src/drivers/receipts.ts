import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { writeAtomically } from "../files/atomic-file.js";
import type { CandidateFacts, DriverForm } from "./candidate.js";
import { missingError } from "./missing.js";

/** What was installed, from where. `receipts.json` holds one for each installed driver, and is the truth: a folder without a receipt is not installed. */
export interface Receipt extends InstalledVersion {
  /** The version before, kept for `driver rollback` until the next one comes. */
  readonly previous?: InstalledVersion;
}

/** One installed version of a driver. */
export interface InstalledVersion {
  /** The driver's name. */
  readonly name: string;
  readonly version: string;
  readonly form: DriverForm;
  /** The package's name; for a program, that of its file. */
  readonly package: string;
  /** The canonical source. */
  readonly source: string;
  /** Where the tree is: relative to the drivers' folder, or absolute for a linked one. */
  readonly folder: string;
  /** Whether it is used in place, from the user's own folder. */
  readonly linked: boolean;
  /** The file to import or to run, relative to the package. */
  readonly entry: string;
  /** The SDK versions it works with. Empty for a program. */
  readonly sdkRange: string;
  /** Whether updates pass it over. */
  readonly pinned: boolean;
  /** The git commit, for a driver from a git host. */
  readonly commit?: string;
  /** The tag that stood for the commit. */
  readonly tag?: string;
  /** The hash of the packed package as the registry or {@link https://w3c.github.io/webappsec-subresource-integrity/ | SRI} writes it. */
  readonly integrity?: string;
  /** SHA-256 over the installed tree's files, dependencies included. Absent for a linked one. */
  readonly treeHash?: string;
  /** The install scripts that ran, as `package@version: event: command`. Absent: running them was not asked for. */
  readonly scripts?: readonly string[];
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly installedAt: string;
  /** The version of docker-machine that installed it. */
  readonly installedBy: string;
  /** What the place it came from told of it. */
  readonly facts: CandidateFacts;
}

/** The version of the file's format. */
export const FORMAT_VERSION = 1;

/** A receipt as a version to be kept. */
export function withoutPrevious({ previous: _previous, ...version }: Receipt): InstalledVersion {
  return version;
}

/** `receipts.json` in the drivers' folder. Changing it is for the holder of that folder's lock. */
export class Receipts {
  readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, "receipts.json");
  }

  /**
   * All receipts, by name.
   *
   * @throws {MachineError} `RECEIPTS_INVALID`
   */
  async all(): Promise<readonly Receipt[]> {
    const text = await this.read();
    if (text === undefined) return [];
    const content = this.parse(text);
    if (content.version !== FORMAT_VERSION)
      throw this.invalid(`it has the format version ${JSON.stringify(content.version)}, not ${FORMAT_VERSION}`);
    const { drivers } = content;
    if (!Array.isArray(drivers)) throw this.invalid('its "drivers" is not a list');
    return drivers.map((each) => (isReceipt(each) ? each : this.refuse(each)));
  }

  async find(name: string): Promise<Receipt | undefined> {
    return (await this.all()).find((receipt) => receipt.name === name);
  }

  /**
   * The receipt of that name.
   *
   * @throws {MachineError} `DRIVER_MISSING`
   */
  async get(name: string): Promise<Receipt> {
    const receipt = await this.find(name);
    if (receipt === undefined) throw missingError({ name, source: undefined });
    return receipt;
  }

  /** Adds a receipt, or replaces that of the same name. */
  async put(receipt: Receipt): Promise<void> {
    const others = (await this.all()).filter(({ name }) => name !== receipt.name);
    await this.write([...others, receipt]);
  }

  async delete(name: string): Promise<void> {
    await this.write((await this.all()).filter((receipt) => receipt.name !== name));
  }

  /** Writes all receipts anew, whatever was there. */
  async write(receipts: readonly Receipt[]): Promise<void> {
    const drivers = [...receipts].sort((a, b) => (a.name < b.name ? -1 : 1));
    await writeAtomically(this.path, `${JSON.stringify({ version: FORMAT_VERSION, drivers }, null, 2)}\n`);
  }

  private async read(): Promise<string | undefined> {
    try {
      return await readFile(this.path, "utf8");
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw this.invalid(messageOf(error));
    }
  }

  private parse(text: string): { readonly version?: unknown; readonly drivers?: unknown } {
    try {
      const content: unknown = JSON.parse(text);
      if (typeof content === "object" && content !== null) return content;
    } catch (error) {
      throw this.invalid(`it is not JSON (${messageOf(error)})`);
    }
    throw this.invalid("it is not a JSON object");
  }

  private refuse(entry: unknown): never {
    const name = typeof entry === "object" && entry !== null && "name" in entry ? JSON.stringify(entry.name) : "a driver";
    throw this.invalid(`the entry of ${name} lacks fields, or has wrong ones`);
  }

  private invalid(problem: string): MachineError {
    return new MachineError("RECEIPTS_INVALID", `The list of installed drivers, ${this.path}, is damaged: ${problem}.`, {
      suggestions: ["docker-machine driver doctor --fix", "Or restore the file from a backup."],
    });
  }
}

const REQUIRED = {
  name: "string",
  version: "string",
  form: "string",
  package: "string",
  source: "string",
  folder: "string",
  linked: "boolean",
  entry: "string",
  sdkRange: "string",
  pinned: "boolean",
  fileCount: "number",
  sizeBytes: "number",
  installedAt: "string",
  installedBy: "string",
  facts: "object",
} as const;

/** Whether a value has all that a receipt must have. */
export function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== "object" || value === null) return false;
  return isInstalledVersion(value) && (!("previous" in value) || isInstalledVersion(value.previous));
}

/** Whether a value from a file is a version's receipt, whose folder is below that of its driver. */
export function isInstalledVersion(value: unknown): value is InstalledVersion {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  if (!Object.entries(REQUIRED).every(([field, type]) => typeof fields.get(field) === type && fields.get(field) !== null)) return false;
  if (fields.get("form") !== "package" && fields.get("form") !== "program") return false;
  const name = fields.get("name");
  if (!isDriverName(name)) return false;
  // Folders are removed by what a receipt says.
  const [first, version = "", ...more] = String(fields.get("folder")).split("/");
  const isOwn = first === name && /^[^\\]+$/.test(version) && !/^\.{1,2}$/.test(version) && more.length === 0;
  return fields.get("linked") === true || (typeof fields.get("treeHash") === "string" && isOwn);
}
