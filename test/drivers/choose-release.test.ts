import { expect, test } from "vitest";
import { chooseReleases, versionOfTag } from "../../src/drivers/origins/choose-release.js";

const releases = (...tags: readonly string[]) =>
  tags.map((tag) => ({ tag: tag.replace("(pre)", ""), isPreRelease: tag.endsWith("(pre)"), assets: [] }));

async function chosen(tags: readonly string[], wishes: Parameters<typeof chooseReleases>[1] = {}): Promise<readonly string[]> {
  return (await chooseReleases(releases(...tags), wishes)).map(({ tag }) => tag);
}

test.each([
  ["the newest version comes first, not the latest release", ["v1.9.1", "v2.0.0", "v1.9.0"], {}, ["v2.0.0", "v1.9.1", "v1.9.0"]],
  ["pre-releases are left out, by their host's word or their version", ["v3.0.0(pre)", "v2.0.0-rc.1", "v1.0.0"], {}, ["v1.0.0"]],
  ["pre-releases are wished for", ["v3.0.0(pre)", "v2.0.0-rc.1", "v1.0.0"], { pre: true }, ["v3.0.0", "v2.0.0-rc.1", "v1.0.0"]],
  ["tags without versions come last", ["nightly", "v1.0.0"], {}, ["v1.0.0", "nightly"]],
  ["tags without versions count by their time", ["stable-b", "stable-a"], {}, ["stable-b", "stable-a"]],
  ["old tags with fewer numbers", ["v3", "v4", "v2"], {}, ["v4", "v3", "v2"]],
  ["a number after the version is no pre-release", ["v1.1.0-1"], {}, ["v1.1.0-1"]],
  ["a range", ["v2.0.0", "v1.3.0", "v1.2.0", "v1.1.0", "latest"], { range: "^1.2" }, ["v1.3.0", "v1.2.0"]],
  ["a range leaves pre-releases out", ["v1.4.0(pre)", "v1.4.0-rc.1", "v1.3.0"], { range: "^1.2" }, ["v1.3.0"]],
  ["a range takes pre-releases that are wished for", ["v1.4.0(pre)", "v1.3.0"], { range: "^1.2", pre: true }, ["v1.4.0", "v1.3.0"]],
  ["a range that names a pre-release takes it", ["v2.0.0-rc.2(pre)", "v1.3.0"], { range: "^2.0.0-rc.1" }, ["v2.0.0-rc.2"]],
] as const)("%s", async (_, tags, wishes, expected) => {
  expect(await chosen(tags, wishes)).toEqual(expected);
});

test.each([
  ["v1.2.3", "1.2.3", true],
  ["1.2.3", "1.2.3", true],
  ["v2.0.0-rc.1", "2.0.0-rc.1", true],
  ["v4", "4.0.0", false],
  ["1.6", "1.6.0", false],
  ["release-1.2.0", "1.2.0", false],
  ["docker-machine-driver-kvm2/v1.2.0", "1.2.0", false],
  ["foo@1.2.0-beta", "1.2.0-beta", false],
  ["2024.01.05", "2024.1.5", false],
  ["v1.1.0-1", "1.1.0-1", true],
  ["v1.0.0-rc.01", "1.0.0-rc.1", false],
])("the tag %s names the version %s", (tag, version, isSemver) => {
  expect(versionOfTag(tag)).toEqual({ version, isSemver });
});

test.each(["nightly", "latest", "", "v", "99999999999999999999.0.0", `v1.0.0-${"x".repeat(100)}`])("the tag %j names no version", (tag) => {
  expect(versionOfTag(tag)).toBeUndefined();
});
