// Packs every package that is published, and has publint and attw look at what is in the tarballs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSteps, type Step } from "./run-step.ts";

interface Packed {
  readonly name: string;
  readonly filename: string;
}

const directory = mkdtempSync(join(tmpdir(), "docker-machine-packed-"));
try {
  const results = await runSteps(packAll().flatMap(checksOf));
  process.exitCode = results.every((result) => result.passed) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}

function packAll(): readonly Packed[] {
  const args = ["pack", "--json", "--ignore-scripts", "--workspaces", "--include-workspace-root", "--pack-destination", directory];
  return Object.values(JSON.parse(execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })));
}

function checksOf({ name, filename }: Packed): readonly Step[] {
  const tarball = join(directory, filename);
  const publint: Step = { name: `publint ${name}`, command: ["publint", "run", tarball, "--strict"] };
  const attw: Step = { name: `attw ${name}`, command: ["attw", tarball, "--profile", "esm-only", "--no-emoji"] };
  return [publint, attw];
}
