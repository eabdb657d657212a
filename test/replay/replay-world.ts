import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cli, type CliResult } from "../support/cli.js";
import type { RecordedCase } from "./recorded-case.js";
import { RecordedEngine } from "./recorded-engine.js";

const AT_ONCE = 3;
/** Ours makes machines of it, which the recorded store didn't have. */
const SEVERAL_NAMES = "c09_create_extra";
/** What the recordings name the two engines by. Here they take ports that are free, of as many digits: columns are as wide as they were. */
const ENGINE_ADDRESS = "127.0.0.1:23760";
const SWARM_ADDRESS = "127.0.0.1:3376";

/** A store that goes through what the Go program's went through while it was recorded: empty, bad creates, machines, questions, removals, damage. */
export class ReplayWorld implements AsyncDisposable {
  readonly cli: Cli;
  readonly results = new Map<string, CliResult>();
  readonly #addresses = new Map<string, string>();
  #engines: RecordedEngine[] = [];

  private constructor(cli: Cli) {
    this.cli = cli;
  }

  /** Plays all cases but those of the live machine (g). */
  static async play(cases: readonly RecordedCase[]): Promise<ReplayWorld> {
    const world = new ReplayWorld(await Cli.create());
    try {
      // As on the recordings' computer.
      await world.cli.hideHypervisors();
      const group = (letters: string) => cases.filter(({ name }) => letters.includes(name.charAt(0)));
      await world.#askAll(group("e"));
      // The first of these that comes as far as to make certificates is recorded with the lines that say so: one after the other.
      await world.#runAll(group("c").filter(({ name }) => name !== SEVERAL_NAMES));
      await world.#runAll(cases.filter(({ name }) => name === SEVERAL_NAMES));
      await world.#make(["rm", "-f", "a", "b", "c"]);
      await world.#startEngines();
      await world.#runAll(group("n"));
      await world.#makeUnrecordedMachines();
      await world.#askAll(group("liuvwx"));
      await world.#runAll(group("r"));
      await world.#damage();
      await world.#askAll(group("d"));
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A recorded text with the paths and ports of this replay. */
  ours(recorded: string): string {
    let text = recorded
      .replaceAll("$STORE", this.cli.storagePath)
      .replaceAll("$HOME", this.cli.env.HOME ?? "")
      .replaceAll("$TMP", this.cli.directory);
    for (const [address, port] of this.#addresses) text = text.replaceAll(address, port);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#engines) await engine[Symbol.asyncDispose]();
    await this.cli[Symbol.asyncDispose]();
  }

  async #startEngines(): Promise<void> {
    for (const address of [ENGINE_ADDRESS, SWARM_ADDRESS]) {
      const engine = await RecordedEngine.start(this.cli.storagePath, join(this.cli.directory, address));
      this.#engines.push(engine);
      this.#addresses.set(address, `127.0.0.1:${engine.port}`);
    }
  }

  async #runAll(cases: readonly RecordedCase[]): Promise<void> {
    for (const each of cases) await this.#run(each);
  }

  /** For cases that change nothing. */
  async #askAll(cases: readonly RecordedCase[]): Promise<void> {
    const waiting = [...cases];
    const work = async () => {
      for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) await this.#run(each);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #run({ name, args, env, input }: RecordedCase): Promise<void> {
    const words = args.map((word) => this.ours(word));
    // The port of the Swarm master was the default one, which may be taken here.
    if (name === "n06_create_swarm_master") words.splice(-1, 0, "--swarm-host", `tcp://0.0.0.0:${this.#engines.at(1)?.port}`);
    const variables = Object.entries(env).map(([key, value]) => [key, value === undefined ? undefined : this.ours(value)]);
    this.results.set(name, await this.cli.run(words, { env: Object.fromEntries(variables), input }));
  }

  /** Machines that the later recordings show, but whose create was not recorded. */
  async #makeUnrecordedMachines(): Promise<void> {
    const dead = ["--url", "tcp://127.0.0.1:1"];
    await this.#make(["create", "-d", "none", "--url", this.ours(`tcp://${ENGINE_ADDRESS}`), "default"]);
    await this.#make(["create", "--driver=none", ...dead, "eqdrv"]);
    await this.#make(["create", ...dead, "envdrv"], { MACHINE_DRIVER: "none" });
    for (const name of ["extra1", "m2", "M10", "a.b-c."]) await this.#make(["create", "-d", "none", ...dead, name]);
  }

  /** Leaves the store in the state that the d cases were recorded in. */
  async #damage(): Promise<void> {
    await this.#make(["rm", "-f", "extra1", "envdrv", "eqdrv", "M10", "a.b-c."]);
    const config = await readFile(this.cli.machinePath("dead", "config.json"), "utf8");
    const { DockerMachine: _own, ...dead } = JSON.parse(config);
    const configs = {
      broken: "{broken",
      future: JSON.stringify({ ...dead, ConfigVersion: 99, Name: "future" }, null, 4),
      nocfg: undefined,
      noplugin: JSON.stringify({ ...dead, DriverName: "foobar", Driver: { Name: "foobar" }, Name: "noplugin" }, null, 4),
    };
    for (const [name, text] of Object.entries(configs)) {
      await mkdir(this.cli.machinePath(name), { mode: 0o700 });
      if (text !== undefined) await writeFile(this.cli.machinePath(name, "config.json"), text, { mode: 0o600 });
    }
  }

  async #make(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    const result = await this.cli.run(args, { env });
    if (result.exitCode !== 0) throw new Error(`The replay's store could not be made: ${args.join(" ")}: ${result.stderr}`);
  }
}
