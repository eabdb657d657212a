import { join } from "node:path";
import { driverPackage } from "../test/support/driver-package.js";
import type { PackageRegistry } from "../test/support/package-registry.js";
import type { Comparison } from "./compare.ts";
import type { BenchMachines } from "./machines.ts";

const PROGRAM = ["node", join(import.meta.dirname, "..", "bin", "run.cjs")];
const NODE = { name: "node -e 0", words: ["node", "-e", "0"] };
const DRIVER = "docker-machine-driver-sample";

/** Where {@link comparisons} finds what it compares with. */
export interface BenchWorld {
  readonly registry: PackageRegistry;
  readonly machines: BenchMachines;
  /** A folder for what is made while measuring. */
  readonly scratch: string;
}

/** Every comparison of `npm run bench`. HOME, the registry, and the Docker that is active are set in the environment. */
export function comparisons({ registry, machines, scratch }: BenchWorld): readonly Comparison[] {
  registry.publish({
    "package.json": JSON.stringify({ name: "a-dependency", version: "1.0.0", main: "index.js" }),
    "index.js": "module.exports = 1;\n",
  });
  // npm installs the driver's peer as well; docker-machine has it.
  registry.publish({
    "package.json": JSON.stringify({ name: "@docker-machine/driver-sdk", version: "1.0.0", main: "index.js" }),
    "index.js": "",
  });
  registry.publish(driverPackage({ driver: "sample", manifest: { dependencies: { "a-dependency": "^1.0.0" } } }));
  return [
    ...HOT.map((words) => toNode(`${words.join(" ")}, a none machine`, [...words, "-s", machines.one], { limit: 1.5, runs: 40 })),
    ...CLOUD.map((words) => toNode(`${words.join(" ")}, an amazonec2 machine`, [...words, "-s", machines.cloud], { limit: 1.5, runs: 40 })),
    ...([0, 100, 500] as const).map((count) =>
      toNode(`ls -q, ${count} machines`, ["ls", "-q", "-s", machines.refusing[count]], { limit: 1.5, runs: 40 }),
    ),
    ...PRINTING.map((words) => toNode(words.join(" "), words, { limit: 4, runs: 20 })),
    toNode("ls, 500 machines that refuse", ["ls", "-s", machines.refusing[500]], { limit: 8, runs: 10 }),
    creation(machines),
    installation(scratch),
  ];
}

/** Of a machine whose Docker answers. `env` and `config` ask it, over TLS. */
const HOT = [
  ["env", "dev", "--shell", "bash"],
  ["ip", "dev"],
  ["url", "dev"],
  ["status", "dev"],
  ["inspect", "dev"],
  ["config", "dev"],
  ["active"],
];

/** Of a machine of a cloud, whose API isn't asked for this. */
const CLOUD = [
  ["env", "cloud", "--shell", "bash"],
  ["ip", "cloud"],
  ["url", "cloud"],
];

const PRINTING = [["version"], ["--help"], ["help"], ["help", "create"], ["create", "--help"], ["ls", "--help"], ["driver", "list"]];

function toNode(name: string, words: readonly string[], limits: Pick<Comparison, "limit" | "runs">): Comparison {
  return { name, ours: { words: [...PROGRAM, ...words] }, peer: NODE, ...limits };
}

/** The store has its certificates, as after the first machine. */
function creation({ one, url }: BenchMachines): Comparison {
  return {
    name: "create -d none, certificates there",
    ours: {
      words: [...PROGRAM, "create", "-d", "none", "--url", url, "-s", one, "made"],
      prepare: ["rm", "-rf", join(one, "machines", "made")],
    },
    peer: NODE,
    limit: 6,
    runs: 20,
  };
}

function installation(scratch: string): Comparison {
  const prefix = join(scratch, "npm-prefix");
  return {
    name: "driver install, registry, one dependency, warm cache",
    ours: { words: [...PROGRAM, "driver", "install", `npm:${DRIVER}`], prepare: ["rm", "-rf", join(scratch, "data")] },
    peer: {
      name: "npm install --prefix",
      words: ["npm", "install", "--prefix", prefix, DRIVER],
      prepare: ["rm", "-rf", prefix],
    },
    limit: 0.5,
    runs: 10,
  };
}
