import { expect, test } from "vitest";
import type { GitHostApi } from "../../../src/drivers/git-hosts/git-host-api.js";
import { OfficialIndex } from "../../../src/drivers/official-index/official-index.js";
import { parseIndex } from "../../../src/drivers/official-index/parse-index.js";
import type { PackageSearch } from "../../../src/drivers/search/npm-rows.js";
import { searchDrivers } from "../../../src/drivers/search/search-drivers.js";
import { MachineError } from "../../../src/errors.js";
import { indexEntry, indexText } from "../../support/signed-index.js";

const index = new OfficialIndex(parseIndex(indexText({ drivers: [indexEntry("acme")] }), "The test's index"), { isRefreshed: false });
const never = () => new Promise<never>(() => undefined);

/** Places that take forever. */
const npm: PackageSearch = { search: never, find: never };
const github: GitHostApi = { search: never, releases: never, releaseOf: never, repository: never, download: never };

test("places that do not answer in time are warned of, one by one, and the index is shown", async () => {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const rows = await searchDrivers("acme", { index, outside: { npm, github }, sdkVersion: "1.0.0", warn, timeoutMs: 20 });
  expect(rows.map(({ source }) => source)).toEqual(["acme"]);
  expect(warnings.sort()).toEqual([
    "Could not ask GitHub: There was no answer within 0.02 s.",
    "Could not ask the npm registry: There was no answer within 0.02 s.",
  ]);
});

test("an answer of a registry that is none brings no drivers", async () => {
  for (const answer of [
    null,
    [],
    { objects: "no" },
    { objects: [null, {}, { package: { name: 5 } }, { package: { name: "unrelated" } }] },
  ]) {
    const odd: PackageSearch = { search: async () => answer, find: never };
    const rows = await searchDrivers("", { index, outside: { npm: odd }, sdkVersion: "1.0.0", warn: () => undefined });
    expect(rows.map(({ source }) => source)).toEqual(["acme"]);
  }
});

test("a registry without a search is said to have none", async () => {
  const warnings: string[] = [];
  const search = () => Promise.reject(new MachineError("SOURCE_NOT_FOUND", "the registry's search was not found"));
  const warn = (message: string) => void warnings.push(message);
  await searchDrivers("acme", { index, outside: { npm: { search, find: never } }, sdkVersion: "1.0.0", warn });
  expect(warnings).toEqual([expect.stringContaining("The registry that .npmrc names has no search.")]);
});
