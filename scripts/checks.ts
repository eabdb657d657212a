import type { Step } from "./run-step.ts";

/** Makes the program and its packages. */
export const BUILD = npmScript("build");

/** Checks the types of everything, tests and scripts included. */
export const TYPECHECK = npmScript("typecheck");

/** What `npm run lint` runs. */
export const LINT: readonly Step[] = ["style", "imports", "unused", "packages"].map((part) => npmScript(`lint:${part}`));

function npmScript(name: string): Step {
  return { name, command: ["npm", "run", "--silent", name] };
}
