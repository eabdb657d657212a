import type { DriverUpdate, VersionName } from "../drivers/updates.js";
import type { Column } from "./table.js";

/** One line about what became of a driver, or would become of it. */
export function describeUpdate(
  { name, from, to, kept, offered, passedOver, changes }: DriverUpdate,
  { isDone }: { readonly isDone: boolean },
): string {
  const unfit =
    passedOver === undefined ? "" : ` Its newest version, ${passedOver.version}, doesn't fit: it needs the SDK ${passedOver.sdkRange}.`;
  if (kept === "ahead") return `${name}: ${from.version} stays, since its source offers only ${offered?.version}.${unfit}`;
  if (kept !== undefined) return `${name}: ${from.version}, which is ${kept}, so it stays.`;
  if (to === undefined) return `${name}: ${from.version} is the newest${passedOver === undefined ? "" : " that fits"}.${unfit}`;
  const hands = changes.length === 0 ? "" : ` It changed hands: ${changes.join("; ")}.`;
  return `${name}: ${steps(from, to)}${isDone ? "" : " would be installed"}.${hands}${unfit}`;
}

/** The columns of `driver outdated`. */
export const outdatedColumns: readonly Column<DriverUpdate>[] = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "INSTALLED", cell: ({ from, to }) => told(from, to) },
  { title: "NEWEST THAT FITS", cell: ({ from, to }) => (to === undefined ? told(from) : told(to, from)) },
  { title: "NEWEST", cell: ({ from, to, passedOver }) => passedOver?.version ?? (to ?? from).version },
  { title: "NEEDS SDK", cell: ({ passedOver }) => passedOver?.sdkRange ?? "" },
];

/** The JSON of an update. */
export function updateJson({ name, from, to, kept, offered, passedOver, changes }: DriverUpdate) {
  return { name, from, to, kept, offered, passedOver, changes };
}

function steps(from: VersionName, to: VersionName): string {
  return `${told(from, to)} → ${told(to, from)}`;
}

/** The commit is told where versions alone would look the same. */
function told({ version, commit }: VersionName, other?: VersionName): string {
  return other?.version === version && commit !== undefined ? `${version} (${commit.slice(0, 12)})` : version;
}
