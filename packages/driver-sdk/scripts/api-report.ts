// Writes the public surface of both entry points to api/*.api.md, from the built declarations: npm run api
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel, ExtractorMessageCategory } from "@microsoft/api-extractor";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** One entry point of the package. */
interface EntryPoint {
  readonly report: string;
  readonly declarations: string;
  /** Whether types that can't be imported by name, but that exported ones are made of, are shown too. */
  readonly showsUnexported: boolean;
}

const entryPoints: readonly EntryPoint[] = [
  { report: "driver-sdk.api.md", declarations: "dist/index.d.ts", showsUnexported: true },
  // What it shares with the other entry point is shown there.
  { report: "driver-sdk-testing.api.md", declarations: "dist/testing/index.d.ts", showsUnexported: false },
];

/** What is done with reports that differ: `write` updates them, `compare` only tells which. */
export type ReportMode = "write" | "compare";

/**
 * Extracts the public surface.
 *
 * @returns the names of the reports that differ from those in the repository, or did before they were written
 * @throws {Error} if the declarations don't compile
 */
export async function reportApi(mode: ReportMode): Promise<readonly string[]> {
  const scratch = await mkdtemp(join(tmpdir(), "api-report-"));
  try {
    return entryPoints.filter((entryPoint) => differs(entryPoint, mode, scratch)).map(({ report }) => report);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function differs(entryPoint: EntryPoint, mode: ReportMode, scratch: string): boolean {
  const { apiReportChanged } = Extractor.invoke(configFor(entryPoint, scratch), {
    localBuild: mode === "write",
    messageCallback: (message) => {
      message.handled = true;
      if (message.category === ExtractorMessageCategory.Compiler) throw new Error(message.text);
    },
  });
  return apiReportChanged;
}

function configFor({ report, declarations, showsUnexported }: EntryPoint, scratch: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(packageFolder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: join(packageFolder, declarations),
      compiler: { tsconfigFilePath: join(packageFolder, "tsconfig.json") },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: join(packageFolder, "api"),
        reportTempFolder: scratch,
        includeForgottenExports: showsUnexported,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: "lf",
      // The report is for changes of the surface. How it is documented is not held here: these docstrings are not in API Extractor's dialect.
      messages: {
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None, addToApiReportFile: false } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None, addToApiReportFile: false } },
      },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const changed = await reportApi("write");
  console.log(changed.length === 0 ? "The API reports are up to date." : `Written: ${changed.join(", ")}`);
}
