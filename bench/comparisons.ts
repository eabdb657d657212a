import { join } from "node:path";
import { driverPackage } from "../test/support/driver-package.js";
import type { PackageRegistry } from "../test/support/package-registry.js";
import type { Comparison } from "./compare.ts";

const PROGRAM = ["node", join(import.meta.dirname, "..", "bin", "run.js")];
const NODE = { name: "node -e 0", words: ["node", "-e", "0"] };
const DRIVER = "docker-machine-driver-sample";

/** Every comparison of `npm run bench`. `scratch` is an empty folder; HOME and the registry are set in the environment. */
export function comparisons(registry: PackageRegistry, scratch: string): readonly Comparison[] {
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
    { name: "version", ours: { words: [...PROGRAM, "version"] }, peer: NODE, limit: 5, runs: 20 },
    { name: "ls -q, no machines", ours: { words: [...PROGRAM, "ls", "-q"] }, peer: NODE, limit: 5, runs: 20 },
    installation(scratch),
  ];
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
