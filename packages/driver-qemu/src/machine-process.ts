import { type ProcessHost, QemuProcess } from "./qemu-process.js";
import { qmpEndpoint } from "./qmp-endpoint.js";

/** The QEMU of a machine, whether it runs or not. */
export function machineProcess(machineName: string, directory: string, uuid: string, host: ProcessHost): QemuProcess {
  return new QemuProcess({ machineName, uuid, directory, qmp: qmpEndpoint(directory, undefined) }, host);
}
