// Uses drivers in a process of its own, as the built program does: node --import ./run-typescript.mjs drivers-program.ts JSON
import { BaseDriver } from "@docker-machine/driver-sdk";
import { Drivers, type DriversOptions } from "../../src/drivers/drivers.js";
import { RecordingLog } from "./recording-log.js";

/** What the process is to do. */
export interface DriversOrder {
  readonly verb: "install" | "obtain";
  readonly source: string;
  readonly directory: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The address that stands for github.com. */
  readonly mirror: string;
  /** The step of an installation at whose beginning the process kills itself. Absent: it comes to its end. */
  readonly dieAt?: string;
}

const { verb, source, dieAt, mirror, ...order } = JSON.parse(process.argv[2] ?? "{}") as DriversOrder;
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
const result = verb === "install" ? await drivers.install(source) : await drivers.obtain(source);
process.stdout.write(JSON.stringify(result));
