import type { Host } from "@docker-machine/driver-sdk";
import type { QemuMachine } from "./machine.js";
export async function learnAddress(_machine: QemuMachine, _host: Host): Promise<void> {}
