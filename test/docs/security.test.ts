import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ARCHIVE_LIMITS, TREE_LIMITS } from "../../src/drivers/archive/archive-limits.js";
import { CLOCKS, KILLED_COMMANDS, LOADS, ROOM_KB, ROUNDS } from "../drivers/hostile/interruptions.js";
import { INHERITED_NAMES, LOOK_ALIKES, NAMES_WITH_MEANING, RESERVED } from "../drivers/hostile/names.js";
import { CUTS, HOSTILE_DOWNLOADS, HOSTILE_METADATA } from "../drivers/hostile/registry-answers.js";
import { HOSTILE_REPOSITORIES } from "../drivers/hostile/repositories.js";
import { MOVED_TAGS, REDIRECTS } from "../drivers/hostile/sources.js";
import { BOMBS, HOSTILE_TARBALLS } from "../drivers/hostile/tarballs.js";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const told = [...page.matchAll(/^\| (.*?) \| (\d+) \|$/gm)].map(([, cases = "", count]) => [cases.split(/[:,;]/)[0], Number(count)]);

test("docs/security.md tells how many of each hostile case are tried", () => {
  expect(told).toEqual([
    ["tarballs", HOSTILE_TARBALLS.length],
    ["of them measured for peak memory", BOMBS.length],
    ["wrong answers about a package", HOSTILE_METADATA.length],
    ["wrong downloads", HOSTILE_DOWNLOADS.length],
    ["repositories", HOSTILE_REPOSITORIES.length],
    ["lines cut", CUTS],
    ["redirects with a token", REDIRECTS.length],
    ["moves of a tag under a pin", MOVED_TAGS.length],
    ["look-alike names", LOOK_ALIKES.length],
    ["names that mean something to JavaScript", NAMES_WITH_MEANING.length],
    ["names of every object's properties", INHERITED_NAMES.length],
    ["shipped names", RESERVED.length],
    ["kills (SIGKILL) of install", KILLED_COMMANDS.reduce((sum, { kills }) => sum + kills, 0)],
    ["updates and rollbacks by two processes at once", ROUNDS],
    ["loads by two others meanwhile", LOADS],
    ["fillings of the disk", ROOM_KB.length],
    ["clocks off by years", CLOCKS.length],
  ]);
});

test("docs/security.md and docs/errors.md tell the limits as they are", () => {
  const MIB = 1024 * 1024;
  const errors = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const limits = [ARCHIVE_LIMITS.entries, ARCHIVE_LIMITS.pathBytes, TREE_LIMITS.packages, TREE_LIMITS.entries].map((limit) =>
    limit.toLocaleString("en-US"),
  );
  const sizes = [ARCHIVE_LIMITS.bytes, ARCHIVE_LIMITS.entryBytes].map((limit) => `${limit / MIB} MiB`);
  for (const text of [page, errors]) for (const limit of [...limits, ...sizes, "128 MiB", "2 GiB"]) expect(text).toContain(limit);
});
