import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, onTestFinished, test } from "vitest";
import { GitHubServer } from "./github-server.js";

const schemas = JSON.parse(await readFile(new URL("../fixtures/github-api.schema.json", import.meta.url), "utf8")) as object;
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(schemas, "github");

const problemsWith = (name: string, value: unknown): unknown => {
  const check = ajv.getSchema(`github#/$defs/${name}`);
  if (check === undefined) throw new Error(`GitHub's description has no ${name}.`);
  return check(value) === true ? [] : check.errors;
};

test("what the stand-in for GitHub tells has the fields and types of GitHub's own description", async () => {
  const server = await GitHubServer.start();
  onTestFinished(() => server.stop());
  server.addRepository("my-org/my-repo", { topics: ["docker-machine-driver"] });
  server.publishRelease("my-org/my-repo", { tag: "v1.0.0", assets: { "a.tgz": "a", "checksums.txt": "b" } });
  server.publishRelease("my-org/my-repo", { tag: "v1.1.0", isPreRelease: true, digests: false, assets: { "a.tgz": "a" } });
  const ask = async (path: string): Promise<unknown> => (await fetch(new URL(path, server.url))).json();

  const releases = (await ask("repos/my-org/my-repo/releases")) as { readonly assets: readonly unknown[] }[];
  expect(releases).toHaveLength(2);
  expect(releases.flatMap((release) => problemsWith("release", release))).toEqual([]);
  expect(releases.flatMap(({ assets }) => assets.flatMap((asset) => problemsWith("release-asset", asset)))).toEqual([]);
  expect(problemsWith("release", await ask("repos/my-org/my-repo/releases/tags/v1.0.0"))).toEqual([]);
  expect(problemsWith("full-repository", await ask("repos/my-org/my-repo"))).toEqual([]);
  const found = (await ask("search/repositories?q=topic:docker-machine-driver")) as { readonly items: readonly unknown[] };
  expect(found.items).toHaveLength(1);
  expect(found.items.flatMap((item) => problemsWith("repo-search-result-item", item))).toEqual([]);
  expect(problemsWith("basic-error", await ask("repos/my-org/none"))).toEqual([]);
  // The check can fail.
  expect(problemsWith("release", { tag: "v1" })).not.toEqual([]);
});
