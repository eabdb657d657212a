import { spawn } from "node:child_process";
import { ArchiveMeter } from "../archive/archive-limits.js";
import { problemWithEntry, unsafe } from "../archive/package-tarball.js";
import { withoutRepository } from "../git-hosts/git-credentials.js";
import { formatSource } from "../source/source.js";
import { type GitContext, gitEnvironment } from "./git-program.js";

/** What `git ls-tree --long` prints of an entry: mode, type, object, size, path. */
const ENTRY = /^\d+ \w+ [0-9a-f]+ +(\d+|-)\t(.*)$/s;

/**
 * Holds a commit's files against the limits, before git unpacks them: a few kilobytes of objects that name each other stand for as many folders as one likes. Listing ends where a limit is passed.
 *
 * @throws {MachineError} `DRIVER_TOO_LARGE`, `DRIVER_TARBALL_UNSAFE` for a path that leads out
 */
export async function measureCommit(repository: string, commit: string, { source, remote, env, signal, token }: GitContext): Promise<void> {
  const meter = new ArchiveMeter(formatSource(source));
  const child = spawn("git", ["-C", repository, "ls-tree", "-r", "-t", "-z", "--long", "--full-tree", commit], {
    env: { ...withoutRepository(env), ...gitEnvironment(remote, env, token) },
    stdio: ["ignore", "pipe", "ignore"],
    signal,
  });
  // That it failed or was interrupted is told by what comes after.
  child.on("error", () => undefined);
  try {
    let rest = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      const entries = `${rest}${chunk}`.split("\0");
      rest = entries.pop() ?? "";
      for (const entry of entries) {
        const [, size, path = ""] = ENTRY.exec(entry) ?? [];
        // git itself fails on such a path, without naming it.
        const problem = problemWithEntry({ path, type: "File" });
        if (problem !== undefined) throw unsafe(formatSource(source), path, problem);
        meter.addEntry({ path, size: size === undefined || size === "-" ? 0 : Number(size) });
      }
    }
  } finally {
    child.kill("SIGKILL");
  }
}
