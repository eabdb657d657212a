import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Call } from "../support/aws/call.js";
import { type Fault, loseAnswer, throttle } from "../support/aws/faults.js";
import { StandInWorld, type StandInWorldOptions } from "../support/aws/world.js";
import type { CliResult } from "../support/cli.js";

const REGION = "us-east-1";
/** Nothing answers at the instances' addresses, so `create` ends with that, once the instance is made. */
const CREATE_ENDS = { env: { MACHINE_WAIT_TIMEOUT: "1" } };
/** As many calls as a command makes that change something, and more. */
const MOST_MUTATIONS = 30;

/** A machine `dev` whose instance no host runs for, and an AWS where things go wrong. */
class FaultyWorld implements AsyncDisposable {
  readonly standIn: StandInWorld;
  readonly #faults: { strike: Fault };

  private constructor(standIn: StandInWorld, faults: { strike: Fault }) {
    this.standIn = standIn;
    this.#faults = faults;
  }

  static async create(options: StandInWorldOptions = {}): Promise<FaultyWorld> {
    const faults: { strike: Fault } = { strike: (_call, effect) => effect() };
    const standIn = await StandInWorld.create({ ...options, onCall: (call, effect) => faults.strike(call, effect) });
    return new FaultyWorld(standIn, faults);
  }

  /** What every call passes through from now on. */
  set strike(fault: Fault) {
    this.#faults.strike = fault;
  }

  get createArgs(): readonly string[] {
    return ["create", "-d", "amazonec2", ...this.standIn.flags, "--amazonec2-ssh-port", "1", "dev"];
  }

  /** Makes the machine as far as AWS goes. */
  async make(...flags: string[]): Promise<void> {
    const [command = "", ...args] = this.createArgs;
    const created = await this.standIn.cli.run([command, ...flags, ...args], CREATE_ENDS);
    expect(created, created.stderr).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("SSH") });
  }

  async run(...args: string[]): Promise<CliResult> {
    return this.standIn.cli.run(args);
  }

  /** Runs the program and kills it when the n-th call that changes something is done, before it hears of that. Whether it came to that. */
  async runKilled(args: readonly string[], n: number): Promise<boolean> {
    const killed = new KillAfter(n, this.standIn.cli.start(args, CREATE_ENDS));
    this.strike = killed.strike;
    const end = await killed.end();
    this.strike = (_call, effect) => effect();
    return end === "SIGKILL";
  }

  /** Ids of the instances that were ever launched. */
  instanceIds(): readonly string[] {
    return this.standIn.account
      .region(REGION)
      .instances.all()
      .map(({ id }) => id);
  }

  /** Removes the machine, and expects that AWS is as it was, and that it was never asked for what it doesn't know. */
  async mustVanish(when: string): Promise<void> {
    const removed = await this.run("rm", "-y", "dev");
    expect(removed, `${when}: ${removed.stderr}`).toMatchObject({ exitCode: 0 });
    expect(await this.standIn.residue(), when).toEqual([]);
    expect(this.standIn.violations(), when).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standIn[Symbol.asyncDispose]();
  }
}

/** Kills a process when AWS has done the n-th change that it asked for. */
class KillAfter {
  readonly #n: number;
  readonly #child: ChildProcess;
  #count = 0;

  constructor(n: number, child: ChildProcess) {
    this.#n = n;
    this.#child = child;
    child.stdout?.resume();
    child.stderr?.resume();
  }

  readonly strike: Fault = async (call, effect) => {
    const output = await effect();
    if (isMutation(call) && ++this.#count === this.#n) this.#child.kill("SIGKILL");
    return output;
  };

  async end(): Promise<NodeJS.Signals | null> {
    const [, signal] = (await once(this.#child, "close")) as [number | null, NodeJS.Signals | null];
    return signal;
  }
}

function isMutation({ action, input }: Call): boolean {
  return !/^(?:Decode|Describe|Get|List)/.test(action) && input.DryRun !== true;
}

/** Lets a fault strike the first calls of each kind. */
function firstOfEach(fault: Fault, times: number, applies: (call: Call) => boolean = () => true): Fault {
  const counts = new Map<string, number>();
  return (call, effect) => {
    const count = (counts.get(call.action) ?? 0) + 1;
    counts.set(call.action, count);
    return count <= times && applies(call) ? fault(call, effect) : effect();
  };
}

describe.concurrent("machines on EC2, when things go wrong", () => {
  it("create that is killed after any of its changes leaves nothing that rm doesn't remove", async () => {
    await using world = await FaultyWorld.create();
    let points = 0;
    while (points < MOST_MUTATIONS && (await world.runKilled(world.createArgs, points + 1))) {
      points += 1;
      await world.mustVanish(`create killed after its change ${points}`);
    }
    await world.mustVanish("create not killed");
    // Key pair, group, its rules, instance: the least that there is to make.
    expect(points).toBeGreaterThanOrEqual(4);
  });

  it("rm that is killed after any of its changes can be repeated, and leaves nothing", async () => {
    await using world = await FaultyWorld.create();
    let points = 0;
    await world.make();
    while (points < MOST_MUTATIONS && (await world.runKilled(["rm", "-y", "dev"], points + 1))) {
      points += 1;
      await world.mustVanish(`rm killed after its change ${points}`);
      await world.make();
    }
    expect(await world.standIn.residue()).toEqual([]);
    expect(points).toBeGreaterThanOrEqual(3);
  });

  it("where the answer to each change is lost once, one instance is launched, and rm leaves nothing", async () => {
    await using world = await FaultyWorld.create();
    world.strike = firstOfEach(loseAnswer(), 1, isMutation);
    await world.make();
    expect(world.instanceIds()).toHaveLength(1);
    await world.mustVanish("after lost answers");
  });

  it("where each kind of call is throttled at first, it takes longer, but all goes well", async () => {
    await using world = await FaultyWorld.create();
    world.strike = firstOfEach(throttle(), 1);
    await world.make();
    expect(world.instanceIds()).toHaveLength(1);
    await world.mustVanish("after throttling");
  });

  it("where what is new isn't seen at first, it is waited for, and rm leaves nothing", async () => {
    await using world = await FaultyWorld.create({ consistency: { hiddenReads: 3, hiddenWrites: 2, staleReads: 2 } });
    await world.make();
    expect(world.instanceIds()).toHaveLength(1);
    await world.mustVanish("after hidden things");
  });

  it("an instance that ended by itself is shown as gone, and rm removes the rest", async () => {
    await using world = await FaultyWorld.create();
    await world.make();
    const [instanceId = ""] = world.instanceIds();
    world.standIn.account.crash(instanceId);
    expect((await world.run("ls")).stdout).toMatch(/\ndev .* amazonec2 /);
    await world.mustVanish("after it ended by itself");
  });

  it("a spot instance that AWS takes back leaves nothing after rm", async () => {
    await using world = await FaultyWorld.create();
    await world.make("--amazonec2-request-spot-instance");
    const [instanceId = ""] = world.instanceIds();
    world.standIn.account.interruptSpot(instanceId);
    await world.mustVanish("after its interruption");
  });

  it("what a machine's deleted folder left is found by its tags, and removed", async () => {
    await using world = await FaultyWorld.create();
    await world.make();
    const [instanceId = ""] = world.instanceIds();
    await rm(world.standIn.cli.machinePath("dev"), { recursive: true });
    const orphans = (...args: string[]) => world.run("driver", "amazonec2", "orphans", ...world.standIn.flags, ...args);
    const found = await orphans("--json");
    expect(found, found.stderr).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(found.stdout).orphans).toContainEqual(expect.objectContaining({ id: instanceId, machineName: "dev" }));
    expect(await orphans("--remove", "-y")).toMatchObject({ exitCode: 0 });
    expect(await world.standIn.residue()).toEqual([]);
    expect(world.standIn.violations()).toEqual([]);
  });
});
