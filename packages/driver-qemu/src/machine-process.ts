import type { QemuMachine } from "./machine.js";
import { type ProcessHost, QemuProcess } from "./qemu-process.js";
import { qmpEndpoint } from "./qmp-endpoint.js";

/** No virtual machine's. */
const NIL_UUID = "00000000-0000-0000-0000-000000000000";

/** The QEMU of a machine, whether it runs or not. */
export function machineProcess({ name, directory, state }: QemuMachine, host: ProcessHost): QemuProcess {
  const { Uuid: uuid = NIL_UUID, MonitorPort } = state;
  return new QemuProcess({ machineName: name, uuid, directory, qmp: qmpEndpoint(directory, MonitorPort) }, host);
}
