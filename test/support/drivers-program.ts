// Uses drivers in a process of its own, as the built program does: node --import ./run-typescript.mjs drivers-program.ts JSON
import { BaseDriver } from "@docker-machine/driver-sdk";
import { Drivers } from "../../src/drivers/drivers.js";
import type { DriversOptions } from "../../src/drivers/drivers-options.js";
import { RecordingLog } from "./recording-log.js";

/** `update` updates the driver of that name, and rolls it back every third time; `obtain` loads it. */
export type DriversVerb = "install" | "obtain" | "update";

/** What the process is to do. */
export interface DriversOrder {
  readonly verb: DriversVerb;
  readonly source: string;
  /** How often it is done. Default: once. */
  readonly rounds?: number;
  readonly directory: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The address that stands for github.com. */
  readonly mirror: string;
  /** The step of an installation at whose beginning the process kills itself. Absent: it comes to its end. */
  readonly dieAt?: string;
}

const { verb, source, rounds = 1, dieAt, mirror, ...order } = JSON.parse(process.argv[2] ?? "{}") as DriversOrder;
const options: DriversOptions = {
  ...order,
  log: new RecordingLog(),
  programVersion: "1.0.0",
  settings: async () => ({
    gitMirrors: new Map([["github.com", mirror]]),
    gitApiMirrors: new Map(),
    gitHosts: new Map([["github.com", "none"]]),
  }),
  signal: new AbortController().signal,
  onStep: (step) => {
    if (step === dieAt) process.kill(process.pid, "SIGKILL");
  },
};
// A driver can compare its base class with this one.
Object.assign(globalThis, { hostBaseDriver: BaseDriver });
const drivers = new Drivers(options);
let result: unknown;
for (let round = 1; round <= rounds; round += 1) {
  if (verb === "install") result = await drivers.install(source);
  else if (verb === "obtain") result = await drivers.obtain(source);
  else {
    result = await drivers.update(source);
    if (round % 3 === 0) await drivers.rollBack(source);
  }
}
process.stdout.write(JSON.stringify(result));
