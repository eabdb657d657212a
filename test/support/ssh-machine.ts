import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cli } from "./cli.js";
import type { SshServer } from "./ssh-server.js";

/** Writes a machine into a store as the Go program's driver `generic` saved it, whose host is an sshd of this computer. */
export async function adoptSshMachine(cli: Cli, name: string, { endpoint }: SshServer): Promise<void> {
  const directory = cli.machinePath(name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const saved = await readFile(new URL("../fixtures/go-store/generic-gen1.config.json", import.meta.url), "utf8");
  const config = JSON.parse(saved.replaceAll("gen1", name).replaceAll("$STORE", cli.storagePath).replaceAll("$TMP", cli.directory));
  const { host, port, user, privateKeyPath } = endpoint;
  Object.assign(config.Driver, { IPAddress: host, SSHUser: user, SSHPort: port, SSHKeyPath: privateKeyPath });
  await writeFile(join(directory, "config.json"), JSON.stringify(config, null, 4), { mode: 0o600 });
}
