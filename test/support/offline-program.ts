// Installs drivers offline, or from a bundle: node --import ./run-typescript.mjs offline-program.ts JSON
import { installBundle } from "../../src/drivers/bundle/install-bundle.js";
import { Drivers } from "../../src/drivers/drivers.js";
import type { Receipt } from "../../src/drivers/receipts.js";
import { RecordingLog } from "./recording-log.js";

/** What the process is to do. */
interface OfflineOrder {
  readonly directory: string;
  readonly cacheDirectory: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The address that stands for github.com. */
  readonly mirror: string;
  readonly sources?: readonly string[];
  /** Installed instead of sources. */
  readonly bundle?: string;
}

const { mirror, sources = [], bundle, ...order } = JSON.parse(process.argv[2] ?? "{}") as OfflineOrder;
const none: ReadonlyMap<string, never> = new Map<string, never>();
const drivers = new Drivers({
  ...order,
  log: new RecordingLog(),
  programVersion: "1.0.0",
  settings: async () => ({ gitMirrors: new Map([["github.com", mirror]]), gitApiMirrors: none, gitHosts: none }),
  signal: new AbortController().signal,
});
const receipts: Receipt[] = [];
if (bundle !== undefined) receipts.push(...(await drivers.prepared({}, (context) => installBundle(bundle, context))));
for (const source of sources) receipts.push(await drivers.install(source, { offline: true }));
process.stdout.write(JSON.stringify(receipts));
