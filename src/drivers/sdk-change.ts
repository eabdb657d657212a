import { join } from "node:path";
import type { Logger } from "@docker-machine/driver-sdk";
import { writeAtomically } from "../files/atomic-file.js";
import { sdkFit } from "./compatibility.js";
import { SDK_PACKAGE } from "./manifest.js";
import type { Receipt, Receipts } from "./receipts.js";
import { type HostSdk, SDK_NOTE } from "./sdk-link.js";
import { formatSource, parseSource, withoutVersion } from "./source/source.js";

/** What {@link noticeSdkChange} works with. */
export interface SdkChangeContext {
  /** The drivers' folder. */
  readonly directory: string;
  readonly receipts: Receipts;
  readonly sdk: HostSdk;
  readonly log: Pick<Logger, "warn">;
}

/** After this program was upgraded (or went back), says once which installed drivers don't fit its SDK, with the command that helps. */
export async function noticeSdkChange({ directory, receipts, sdk, log }: SdkChangeContext): Promise<void> {
  const installed = await receipts.all();
  if (installed.length === 0) return;
  const unfit = await unfitDrivers(installed, sdk);
  if (unfit.length > 0) log.warn(describeUnfit(unfit, sdk));
  // Where nothing can be written, the next command says it again.
  await writeAtomically(join(directory, SDK_NOTE), sdk.version).catch(() => undefined);
}

/** The installed drivers whose SDK range doesn't take this program's SDK. Linked ones are their developer's to judge, and programs have no range. */
export async function unfitDrivers(receipts: readonly Receipt[], sdk: HostSdk): Promise<readonly Receipt[]> {
  const fits = await sdkFit(sdk.version);
  return receipts.filter(
    ({ form, linked, sdkRange }) => form === "package" && !linked && !fits({ peerDependencies: { [SDK_PACKAGE]: sdkRange } }),
  );
}

/** The commands that bring drivers to a version that fits: one for all but those that are held at a version or range. */
export function fittingCommands(unfit: readonly Receipt[]): readonly string[] {
  const free = unfit.filter((receipt) => !isHeld(receipt)).map(({ name }) => name);
  return [
    ...(free.length === 0 ? [] : [`docker-machine driver update ${free.join(" ")}`]),
    ...unfit.filter(isHeld).map(({ source, pinned }) => `docker-machine driver install ${pinned ? "--pin " : ""}${newestOf(source)}`),
  ];
}

function isHeld({ pinned, source }: Receipt): boolean {
  return pinned || newestOf(source) !== source;
}

function newestOf(source: string): string {
  return formatSource(withoutVersion(parseSource(source, "/")));
}

function describeUnfit(unfit: readonly Receipt[], { version }: HostSdk): string {
  const named = unfit.map(({ name, version: own, sdkRange }) => `${name} ${own} (needs ${sdkRange})`).join(", ");
  const subject = unfit.length === 1 ? "an installed driver doesn't" : `${unfit.length} installed drivers don't`;
  return `This docker-machine has ${SDK_PACKAGE} ${version}, which ${subject} work with: ${named}. Run: ${fittingCommands(unfit).join(" && ")}`;
}
