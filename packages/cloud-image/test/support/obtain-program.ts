// Obtains one image as a process of its own, with the CLI's own host, so with locks that hold among processes:
// node --import …/run-typescript.mjs obtain-program.ts IMAGE-AS-JSON CACHE-DIRECTORY
import { parseArgs } from "node:util";
import { DriverHost } from "../../../../src/machines/driver-host.js";
import type { DownloadImage } from "../../src/image-source.js";
import { obtainDownload } from "../../src/obtain-download.js";

const { positionals } = parseArgs({ allowPositionals: true });
const [image = "", cacheDirectory = ""] = positionals;
const quiet = () => undefined;
const controller = new AbortController();
process.on("SIGINT", () => controller.abort());
const host = new DriverHost({
  machineName: "dev",
  machineDirectory: cacheDirectory,
  log: { debug: quiet, info: quiet, warn: quiet },
  progress: quiet,
  signal: controller.signal,
  shared: new Map(),
  storeId: async () => "00000000-0000-4000-8000-000000000000",
  cacheDirectory,
  connectOptions: () => {
    throw new Error("no SSH here");
  },
});

try {
  const obtained = await obtainDownload(JSON.parse(image) as DownloadImage, host, { silenceMs: 20_000, tries: 2, pauseMs: 100 });
  process.stdout.write(JSON.stringify(obtained));
} catch (error) {
  const { code, message, suggestions } = error as Error & { readonly code?: string; readonly suggestions?: readonly string[] };
  process.stdout.write(JSON.stringify({ code, message, suggestions }));
}
