// npm run bench [WORDS]: a number is a ratio to a named peer that was measured in the same run, since nothing else carries over between computers; or it is decided by waiting
// or memory. With words, only the benches whose name has them are run.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PackageRegistry } from "../test/support/package-registry.js";
import { vmImage, vmImageImpossible } from "../test/support/vm-image.js";
import { type Absolute, measureAbsolutes } from "./absolutes.ts";
import { type Comparison, compare, type Measured } from "./compare.ts";
import { comparisons } from "./comparisons.ts";
import { makeMachines } from "./machines.ts";
import { measureTreeCheck, TREE_CHECK } from "./tree-check.ts";
import { prepareVirtualMachine, VIRTUAL_MACHINE } from "./virtual-machine.ts";

const scratch = await mkdtemp(join(tmpdir(), "docker-machine-bench-"));
const registry = await PackageRegistry.start();
try {
  requireHyperfine();
  const wanted = process.argv.slice(2).join(" ");
  // It is in the user's own cache.
  const image = VIRTUAL_MACHINE.includes(wanted) && vmImageImpossible === undefined ? await vmImage() : undefined;
  useOwnPlaces();
  await using machines = await makeMachines(scratch);
  process.env.DOCKER_HOST = machines.url;
  const rows: Row[] = [];
  for (const comparison of comparisons({ registry, machines, scratch })) {
    if (comparison.name.includes(wanted)) rows.push(rowOf(comparison, await compare(comparison, scratch)));
  }
  if (image !== undefined) rows.push(await measureVirtualMachine(image));
  else if (VIRTUAL_MACHINE.includes(wanted)) console.log(`Left out: ${VIRTUAL_MACHINE}: ${vmImageImpossible}`);
  const absolutes = wanted === "" ? (await measureAbsolutes(machines)).map(absoluteRow) : [];
  if (TREE_CHECK.includes(wanted)) absolutes.push(absoluteRow(await measureTreeCheck(registry, scratch)));
  console.table(rows);
  if (absolutes.length > 0) console.table(absolutes);
  if ([...rows, ...absolutes].some((row) => row.result !== "pass")) process.exitCode = 1;
} finally {
  await registry.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function measureVirtualMachine(image: string): Promise<Row> {
  await using bench = await prepareVirtualMachine(image, scratch);
  return rowOf(bench.comparison, await compare(bench.comparison, scratch));
}

function requireHyperfine(): void {
  if (spawnSync("hyperfine", ["--version"]).status === 0) return;
  throw new Error("The benches need hyperfine: apt-get install hyperfine");
}

/**
 * The commands that are measured inherit this environment. Certificates that this computer adds to Node's take a process that loads TLS 25 ms at its end:
 * nothing that is asked here needs them, and they would level the two sides.
 */
function useOwnPlaces(): void {
  delete process.env.NODE_EXTRA_CA_CERTS;
  Object.assign(process.env, {
    HOME: join(scratch, "home"),
    XDG_DATA_HOME: join(scratch, "data"),
    MACHINE_STORAGE_PATH: join(scratch, "machines"),
    npm_config_registry: registry.url,
    npm_config_cache: join(scratch, "npm-cache"),
  });
}

interface Row {
  readonly bench: string;
  readonly "ours (ms)": number;
  readonly peer: string;
  readonly "peer (ms)": number;
  readonly ratio: number;
  readonly limit: number;
  readonly result: "pass" | "TOO SLOW";
}

function rowOf({ name, peer, limit }: Comparison, { oursMs, peerMs }: Measured): Row {
  const ratio = oursMs / peerMs;
  return {
    bench: name,
    "ours (ms)": Math.round(oursMs),
    peer: peer.name,
    "peer (ms)": Math.round(peerMs),
    ratio: Number(ratio.toFixed(2)),
    limit,
    result: ratio <= limit ? "pass" : "TOO SLOW",
  };
}

function absoluteRow({ measured, limit, ...rest }: Absolute) {
  return { ...rest, measured: Number(measured.toFixed(2)), limit, result: measured <= limit ? "pass" : "TOO MUCH" } as const;
}
