import { isDriverError } from "@docker-machine/driver-sdk";
import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { switchFlag } from "../command-line/flags.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { provisionAgain } from "../machines/provision-machine.js";
import { confirm } from "../terminal/confirm.js";

export default defineCommand({
  summary: "Regenerate TLS Certificates for a machine",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  flags: {
    force: switchFlag({ char: "f", description: "Force rebuild and do not prompt" }),
    "client-certs": switchFlag({ description: "Also regenerate the client certificate, for all machines; the CA stays" }),
  },
  async run({ flags, words, context, print }) {
    if (!flags.force && !(await confirm("Regenerate TLS machine certs?  Warning: this is irreversible. (y/n): "))) return;
    print("Regenerating TLS certificates");
    const program = await context("progress");
    const names = await namesOrDefault(program.machines, words);
    if (flags["client-certs"]) {
      for (const name of names) await program.machines.store.load(name);
      print("Regenerating local certificates");
      const { renewClientCertificate } = await import("../machines/renew-client.js");
      await renewClientCertificate(program.machines);
    }
    await eachMachine(program, names, async (machines, name) => {
      try {
        await provisionAgain(machines, name, { renewCertificates: true });
      } catch (error) {
        // A machine of the driver `none` has a client's copies only, and they are renewed.
        if (!flags["client-certs"] || !isDriverError(error) || error.code !== "DRIVER_OPERATION_UNSUPPORTED") throw error;
        machines.log.warn(`The server certificate stays: ${error.message}`);
      }
    });
  },
});
