import { execFileSync } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { HostileWorld } from "../../support/hostile-world.js";
import { RecordingServer } from "../../support/recording-server.js";
import { HOSTILE_REPOSITORIES, type Put } from "./repositories.js";

const REPOSITORY = "o/acme";

test.each(HOSTILE_REPOSITORIES)("a repository with $name is refused", async ({ make, code, says }) => {
  const hostile = await HostileWorld.start();
  const { git } = hostile.world;
  await git.commit(REPOSITORY, hostile.package({ name: "acme", driver: "other" }));
  const run = (args: readonly string[], input: Buffer | string = "") =>
    execFileSync("git", ["-C", git.repository(REPOSITORY), "-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
      input,
      maxBuffer: 1e8,
    })
      .toString()
      .trim();
  const put: Put = {
    blob: (content) => run(["hash-object", "-w", "--stdin"], content),
    tree: (entries) => run(["mktree"], `${entries.join("\n")}\n`.replace(/^\n$/, "")),
  };
  const tree = put.tree([...run(["ls-tree", "HEAD"]).split("\n"), ...make(put)]);
  run(["update-ref", "refs/heads/main", run(["commit-tree", "-m", "evil", tree])]);
  const error = await hostile.expectRefusal(() => hostile.world.drivers().install(`git+${git.url}${REPOSITORY}.git`), code, says);
  expect(error.message).toContain(REPOSITORY);
});

test("a git host that says nothing is given up after git's own patience", async () => {
  const hostile = await HostileWorld.start();
  const server = await RecordingServer.start();
  onTestFinished(() => server.stop());
  server.answer = () => ({
    status: 200,
    headers: { "content-type": "application/x-git-upload-pack-advertisement", "content-length": "100000" },
    body: "001e# service=git-upload-pack\n",
    isUnmeasured: true,
  });
  const env = { ...hostile.world.env, GIT_HTTP_LOW_SPEED_TIME: "1" };
  await hostile.expectRefusal(() => hostile.world.drivers({ env }).install(`git+${server.url}o/r.git`), "SOURCE_UNREACHABLE");
});
