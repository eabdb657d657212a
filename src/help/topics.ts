import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programRoot } from "../program-package.js";

/** Words that begin several commands, with what these are about: as package.json tells oclif. */
export function topics(): Readonly<Record<string, string>> {
  const { oclif } = JSON.parse(readFileSync(join(programRoot(), "package.json"), "utf8")) as ProgramPackage;
  return Object.fromEntries(Object.entries(oclif.topics).map(([topic, { description }]) => [topic, description]));
}

interface ProgramPackage {
  readonly oclif: { readonly topics: Readonly<Record<string, { readonly description: string }>> };
}
