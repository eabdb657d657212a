import type { Machine } from "@docker-machine/driver-sdk";
import type { qemuOptions } from "./options.js";
import type { QemuState } from "./state.js";

/** A machine of the driver `qemu`. */
export type QemuMachine = Machine<typeof qemuOptions, QemuState>;
