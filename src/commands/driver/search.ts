import { isDriverError } from "@docker-machine/driver-sdk";
import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag, switchFlag } from "../../command-line/flags.js";
import type { DriverRow, SdkFit } from "../../drivers/search/driver-row.js";
import { MachineError } from "../../errors.js";
import { writeStdout } from "../../terminal/standard-output.js";
import { formatTable } from "../../terminal/table.js";

export default defineCommand({
  summary: "Search for drivers in the official index, on npm and on GitHub",
  description: "Without a term, all drivers are listed. A place that does not answer is said, and the rest is shown.",
  args: { term: { description: "Words that must all be in the driver's name or description", multiple: true } },
  flags: {
    refresh: switchFlag({ description: "Fetch the official index anew first" }),
    offline: switchFlag({ description: "Search only the index on this computer" }),
    json: jsonFlag,
  },
  examples: ["docker-machine driver search hetzner", "docker-machine driver search --refresh"],
  async run({ flags, words, context, printJson }) {
    if (flags.refresh && flags.offline)
      throw new MachineError("ARGUMENTS_INVALID", "--refresh needs the network, so it does not go with --offline.");
    const { catalog, machines } = await context("data");
    const { log } = machines;
    const drivers = await catalog();
    if (flags.refresh) {
      await drivers.refresh().then(
        ({ isNew, revision }) => log.info(`The driver index ${isNew ? "is now at" : "was at the newest"} revision ${revision}.`),
        (error: unknown) => {
          if (!isDriverError(error) || error.code === "OPERATION_ABORTED") throw error;
          log.warn([error.message, ...error.suggestions].join(" "));
        },
      );
    }
    const { rows, isOffline, index } = await drivers.search(words.join(" "), { isOffline: flags.offline });
    if (flags.json) {
      printJson({ isOffline, index: { revision: index.revision, updatedAt: index.updatedAt }, drivers: rows.map(jsonOf) });
      return;
    }
    if (isOffline) log.info(`Offline: only the driver index of ${index.updatedAt} (revision ${index.revision}) was searched.`);
    if (rows.length === 0) log.info("No driver was found.");
    else writeStdout(formatTable(columns, rows));
  },
});

const KINDS: Readonly<Record<DriverRow["kind"], string>> = {
  shipped: "shipped",
  planned: "planned",
  package: "npm package",
  program: "Go program",
  repository: "repository",
};

const columns = [
  { title: "NAME", cell: (row: DriverRow) => row.source },
  { title: "KIND", cell: (row: DriverRow) => KINDS[row.kind] },
  { title: "OWNER", cell: (row: DriverRow) => row.owner ?? "" },
  {
    title: "LAST RELEASE",
    cell: (row: DriverRow) => [row.version, row.releasedAt?.slice(0, 10)].filter((each) => each !== undefined).join(" "),
  },
  { title: "SDK FIT", cell: (row: DriverRow) => (row.kind === "program" ? "n.a." : showFit(row.sdk)) },
  { title: "TESTED UP TO", cell: (row: DriverRow) => row.testedUpTo ?? "" },
  { title: "DOWNLOADS", cell: (row: DriverRow) => (row.downloadsPerMonth === undefined ? "" : String(row.downloadsPerMonth)) },
  { title: "NOTES", cell: notes },
];

function showFit(sdk: SdkFit | undefined): string {
  if (sdk === undefined) return "";
  if (!sdk.fits) return `no: needs ${sdk.range}`;
  return sdk.newestFitting === undefined ? "yes" : `yes: ${sdk.newestFitting}`;
}

function notes({ publisher, withdrawn, deprecated, isArchived, summary }: DriverRow): string {
  const end = (word: string, { reason, successor }: NonNullable<DriverRow["deprecated"]>) =>
    `${word}: ${reason}${successor === undefined ? "" : `, use ${successor}`}`;
  const said = [
    ...(withdrawn === undefined ? [] : [end("withdrawn", withdrawn)]),
    ...(deprecated === undefined ? [] : [end("deprecated", deprecated)]),
    ...(isArchived === true ? ["archived"] : []),
    ...(publisher === undefined ? [] : [`verified: ${publisher}`]),
  ];
  return [...said, ...(summary === undefined ? [] : [summary])].join("; ");
}

function jsonOf({ places, ...row }: DriverRow) {
  return { ...row, repositories: places.repositories, packages: places.packages };
}
