import type { Host } from "@docker-machine/driver-sdk";
import type { QemuOptions } from "./options.js";
export async function preCreateCheck(_options: QemuOptions, _directory: string, _host: Host): Promise<void> {}
