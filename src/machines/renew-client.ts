import type { MachineContext } from "./machine-context.js";
import { withMachineLock } from "./open-machine.js";

/**
 * Makes a new client key and certificate, and copies them into the folders of all machines of the store's CA, which go on to accept them.
 * May be repeated; until it has come to the end, some folders have the old pair, which is accepted too.
 *
 * @throws {MachineError} `CERTIFICATE_*`, `LOCK_TIMEOUT`, `OPERATION_ABORTED`
 */
export async function renewClientCertificate(context: MachineContext): Promise<void> {
  const certificates = await context.certificates();
  await certificates.ensureAuthority();
  await certificates.renewClient();
  const refresh = async (name: string) => {
    const directory = context.store.paths.machineDirectory(name);
    await withMachineLock(context, name, async () => {
      if ((await context.store.has(name)) && (await certificates.isOurs(directory))) await certificates.copyClientFiles(directory);
    });
  };
  await Promise.all((await context.store.names()).map(refresh));
}
