import type { Step } from "./run-step.ts";

/** Makes the program and its packages. */
export const BUILD = npmScript("build");

/** Checks the types of everything, tests and scripts included. */
export const TYPECHECK = npmScript("typecheck");

/** Looks at the tarballs that would be published. */
export const LINT_PACKAGES = npmScript("lint:packages");

/** What `npm run lint` runs. */
export const LINT: readonly Step[] = [npmScript("lint:style"), npmScript("lint:imports"), npmScript("lint:unused"), LINT_PACKAGES];

function npmScript(name: string): Step {
  return { name, command: ["npm", "run", "--silent", name] };
}
