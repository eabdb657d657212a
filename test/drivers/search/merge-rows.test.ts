import { expect, test } from "vitest";
import type { DriverRow } from "../../../src/drivers/search/driver-row.js";
import { mergeRows } from "../../../src/drivers/search/merge-rows.js";

const EVIL = "docker-machine-driver-hetzner-fast";

function row(source: string, more: Partial<DriverRow> = {}): DriverRow {
  return { source, kind: "repository", isIndexed: false, aliases: [], places: { repositories: [], packages: [] }, ...more };
}

function indexed(name: string, repository: string, more: Partial<DriverRow> = {}): DriverRow {
  return row(name, { kind: "program", isIndexed: true, places: { repositories: [repository], packages: [] }, ...more });
}

function npm(name: string, more: Partial<DriverRow> = {}, repositories: string[] = []): DriverRow {
  return row(`npm:${name}`, { kind: "package", ...more, places: { packages: [name], repositories } });
}

const sources = (rows: readonly DriverRow[]) => rows.map(({ source }) => source);

test("the index comes first, then what fits the term best, is used most, is freshest; what is withdrawn comes last", () => {
  const rows = [
    indexed("gone", "github.com/g/gone", { withdrawn: { reason: "it harms" } }),
    npm("docker-machine-driver-acme-old", { downloadsPerMonth: 10, releasedAt: "2020-01-01" }),
    npm("docker-machine-driver-acme-new", { downloadsPerMonth: 10, releasedAt: "2026-01-01" }),
    npm("docker-machine-driver-acme-used", { downloadsPerMonth: 11 }),
    npm("docker-machine-driver-my-acme", { downloadsPerMonth: 999 }),
    row("github.com/me/machines", { summary: "acme" }),
    row("github.com/me/docker-machine-driver-acme"),
    indexed("acme2", "github.com/a/acme2"),
  ];
  expect(sources(mergeRows(rows, ["acme"]))).toEqual([
    "acme2",
    "github.com/me/docker-machine-driver-acme",
    "npm:docker-machine-driver-acme-used",
    "npm:docker-machine-driver-acme-new",
    "npm:docker-machine-driver-acme-old",
    "npm:docker-machine-driver-my-acme",
    "github.com/me/machines",
    "gone",
  ]);
});

test("one repository is one row, with the facts of all who know it", () => {
  const rows = [
    row("github.com/Acme/driver", { isArchived: true, places: { repositories: ["github.com/acme/driver"], packages: [] } }),
    npm("docker-machine-driver-acme", { testedUpTo: "1.0", downloadsPerMonth: 5 }, ["github.com/acme/driver"]),
    indexed("other", "github.com/o/other", { summary: "told by the index" }),
    row("github.com/o/other", {
      changedAt: "2026-01-01",
      summary: "told by the host",
      places: { repositories: ["github.com/o/other"], packages: [] },
    }),
  ];
  const [first, second] = mergeRows(rows, []);
  expect(first).toMatchObject({ source: "other", summary: "told by the index", changedAt: "2026-01-01" });
  expect(second).toMatchObject({
    source: "github.com/Acme/driver",
    kind: "package",
    isArchived: true,
    testedUpTo: "1.0",
    downloadsPerMonth: 5,
  });
});

test("a package that names somebody's repository takes neither its row nor its place in the index", () => {
  const rows = [
    npm(EVIL, { downloadsPerMonth: 1e9, summary: "faster" }, ["github.com/h/hetzner"]),
    indexed("hetzner", "github.com/h/hetzner", { summary: "Hetzner Cloud servers" }),
  ];
  expect(mergeRows(rows, ["hetzner"])).toMatchObject([
    { source: "hetzner", summary: "Hetzner Cloud servers", kind: "program" },
    { source: `npm:${EVIL}` },
  ]);
  const repository = row("github.com/h/hetzner", { places: { repositories: ["github.com/h/hetzner"], packages: [] } });
  expect(sources(mergeRows([npm(EVIL, {}, ["github.com/h/hetzner"]), repository], ["hetzner"]))).toEqual(["github.com/h/hetzner"]);
});

test("a package that the index lists is the index's row", () => {
  const listed = indexed("acme", "github.com/a/acme", { places: { repositories: [], packages: ["docker-machine-driver-acme"] } });
  const [only, ...others] = mergeRows([npm("docker-machine-driver-acme", { downloadsPerMonth: 7 }), listed], []);
  expect(only).toMatchObject({ source: "acme", downloadsPerMonth: 7 });
  expect(others).toEqual([]);
});
