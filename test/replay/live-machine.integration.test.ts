import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { Cli } from "../support/cli.js";
import { type Engine, engineUnavailable, startEngine } from "../support/docker-engine.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";
import { storeCertificates } from "../support/store-certificates.js";
import { expectAsRecorded, expectDeviation } from "./compare-case.js";
import { deviations } from "./deviations.js";
import { readRecording } from "./recorded-case.js";

const RECORDED_PORT = "2376";
const RECORDED_VERSION = "20.10.24+dfsg1";
const NAME = "gen1";

const cases = (await readRecording("cases")).filter(({ name }) => name.startsWith("g"));
const impossible = sshServerUnavailable ?? engineUnavailable;

let cli: Cli;
let ssh: SshServer | undefined;
let engine: Engine | undefined;
let version: string;

/** A machine as the Go program's driver `generic` saved it, on this computer: its sshd and its dockerd, on ports that are free. */
async function adoptMachine(): Promise<void> {
  ssh = await startSshServer(cli.directory, "sshd");
  const certificates = storeCertificates(cli.storagePath);
  const machineDirectory = cli.machinePath(NAME);
  await mkdir(machineDirectory, { recursive: true, mode: 0o700 });
  await certificates.ensureAuthority();
  await certificates.copyClientFiles(machineDirectory);
  engine = await startEngine(
    cli.directory,
    await certificates.ensureServerCertificate({ machineName: NAME, machineDirectory, hosts: ["127.0.0.1"] }),
  );
  const saved = await readFile(new URL("../fixtures/go-store/generic-gen1.config.json", import.meta.url), "utf8");
  const config = JSON.parse(saved.replaceAll("$STORE", cli.storagePath).replaceAll("$TMP", cli.directory));
  Object.assign(config.Driver, { SSHUser: ssh.endpoint.user, SSHPort: ssh.endpoint.port, EnginePort: engine.port });
  await copyFile(ssh.endpoint.privateKeyPath, config.Driver.SSHKeyPath);
  await writeFile(join(machineDirectory, "config.json"), JSON.stringify(config, null, 4), { mode: 0o600 });
}

/** The port has more digits here: the column of URLs is wider by as many. */
function ours(recorded: string): string {
  const port = String(engine?.port);
  return recorded
    .replaceAll("$STORE", cli.storagePath)
    .replaceAll(`:${RECORDED_PORT}`, `:${port}`)
    .replace("URL ", `URL ${" ".repeat(port.length - RECORDED_PORT.length)}`)
    .replaceAll(RECORDED_VERSION, version);
}

describe.skipIf(impossible !== undefined)(
  `a live machine of the driver generic, as the Go program${impossible === undefined ? "" : ` (skipped: ${impossible})`}`,
  () => {
    beforeAll(async () => {
      cli = await Cli.create();
      version = /version ([^\s,]+)/.exec(execFileSync("/usr/sbin/dockerd", ["--version"], { encoding: "utf8" }))?.[1] ?? RECORDED_VERSION;
      await adoptMachine();
    });
    afterAll(async () => {
      await engine?.stop();
      await ssh?.stop();
      await cli?.[Symbol.asyncDispose]();
    });

    it.each(cases.map((recorded) => ({ ...recorded, reason: deviations[recorded.name]?.reason ?? "as recorded" })))(
      "$name: $reason",
      async (recorded) => {
        const deviation = deviations[recorded.name];
        const result = await cli.run(recorded.args, { env: recorded.env, input: recorded.input });
        if (deviation === undefined) expectAsRecorded(recorded, result, ours);
        else expectDeviation(recorded, deviation, result, ours);
      },
    );
  },
);
