import type { Step } from "./run-step.ts";

/** What `npm run build` makes: the program, its packages and the example. */
export const BUILD: Step = { name: "build", command: ["tsc", "-b", "src"] };

/** Types of everything, tests and scripts included. */
export const TYPECHECK: Step = { name: "typecheck", command: ["tsc", "-b"] };

/** What `npm run lint` runs. */
export const LINT: readonly Step[] = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings"] },
  {
    name: "imports",
    command: ["depcruise", "--config", ".dependency-cruiser.mjs", "src", "bin", "packages/*/{src,test}", "examples/*/{src,test}"],
  },
  { name: "unused code and dependencies", command: ["knip"] },
  { name: "packed packages", command: ["node", "scripts/check-packed.ts"] },
];
