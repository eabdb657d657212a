import { join } from "node:path";
import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag, switchFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { checkedConnection } from "../machines/connection.js";

export default defineCommand({
  summary: "Print the connection config for machine",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: { json: jsonFlag, swarm: switchFlag({ description: "Display the Swarm config instead of the Docker daemon" }) },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    const name = await nameOrDefault(machines, words);
    const { url, certPath } = await checkedConnection(machines, name, flags);
    const [ca, certificate, key] = ["ca.pem", "cert.pem", "key.pem"].map((file) => join(certPath, file));
    if (flags.json) printJson({ machine: { name, url, tlsVerify: true, caCertPath: ca, certPath: certificate, keyPath: key } });
    else print(["--tlsverify", `--tlscacert="${ca}"`, `--tlscert="${certificate}"`, `--tlskey="${key}"`, `-H=${url}`].join("\n"));
  },
});
