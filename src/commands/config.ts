import { join } from "node:path";
import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { checkedConnection } from "../machines/connection.js";

export default defineCommand({
  summary: "Print the connection config for machine",
  args: { name: { description: "Machine name" } },
  flags: { swarm: switchFlag({ description: "Display the Swarm config instead of the Docker daemon" }) },
  async run({ flags, words, context, print }) {
    const { machines } = await context("data");
    const { url, certPath } = await checkedConnection(machines, await nameOrDefault(machines, words), flags);
    print(
      [
        "--tlsverify",
        `--tlscacert="${join(certPath, "ca.pem")}"`,
        `--tlscert="${join(certPath, "cert.pem")}"`,
        `--tlskey="${join(certPath, "key.pem")}"`,
        `-H=${url}`,
      ].join("\n"),
    );
  },
});
