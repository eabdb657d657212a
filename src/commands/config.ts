import { join } from "node:path";
import { Args, Flags } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { checkedConnection } from "../machines/connection.js";

export default class Config extends MachineCommand {
  static override summary = "Print the connection config for machine";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };
  static override flags = { swarm: Flags.boolean({ description: "Display the Swarm config instead of the Docker daemon" }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Config);
    const context = await this.context(flags, "data");
    const name = await this.nameOrDefault(context, args.name);
    const { url, certPath } = await checkedConnection(context.machines, name, flags);
    this.log(
      [
        "--tlsverify",
        `--tlscacert="${join(certPath, "ca.pem")}"`,
        `--tlscert="${join(certPath, "cert.pem")}"`,
        `--tlskey="${join(certPath, "key.pem")}"`,
        `-H=${url}`,
      ].join("\n"),
    );
  }
}
