import { readFileSync } from "node:fs";
import type { OptionSpec } from "@docker-machine/driver-sdk";
import { describe, expect, it } from "vitest";
import { ec2Options } from "../src/options.js";

const page = readFileSync(new URL("../../../docs/drivers/amazonec2.md", import.meta.url), "utf8");
const errors = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const specs: readonly OptionSpec[] = Object.values(ec2Options);

/** The rows of the tables of options: flag, variable, default. */
const rows = [...page.matchAll(/^\| `--(amazonec2-[a-z0-9-]+)` \| (?:`(\w+)`)? ?\| (?:`([^`]+)`)? ?\| (.*) \|$/gm)].map(
  ([, flag = "", variable, value, text = ""]) => ({ flag, variable, value, text }),
);

describe("docs/drivers/amazonec2.md", () => {
  it("has each option once", () => {
    expect(rows.map(({ flag }) => flag).sort()).toEqual(specs.map(({ flag }) => flag).sort());
  });

  it.each(specs.map((spec) => [spec.flag, spec] as const))("tells the variable and the default of --%s", (flag, spec) => {
    const row = rows.find((one) => one.flag === flag);
    const value = "default" in spec ? [spec.default].flat().join(",") : undefined;
    expect(row?.variable).toBe(spec.env);
    expect(row?.value).toBe(value);
  });

  it.each(specs.flatMap((spec) => (spec.type === "string" && spec.choices !== undefined ? [[spec.flag, spec.choices] as const] : [])))(
    "tells the values that --%s takes, or whose they are",
    (flag, choices) => {
      const { text = "" } = rows.find((one) => one.flag === flag) ?? {};
      if (!text.startsWith("`--amazonec2-")) for (const choice of choices) expect(text).toContain(`\`${choice}\``);
    },
  );

  it.each(specs.flatMap((spec) => (spec.type === "string-list" ? [spec.flag] : [])))("tells that --%s may be repeated", (flag) => {
    expect(rows.find((one) => one.flag === flag)?.text).toContain("Repeatable");
  });

  it("names no option that there isn't", () => {
    const known = specs.map(({ flag }) => `--${flag}`);
    for (const [flag] of page.matchAll(/--amazonec2-[a-z0-9-]+/g)) expect(known).toContain(flag);
  });

  it("links to parts of itself that there are", () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, target] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(target);
  });

  it("names only error codes that docs/errors.md explains", () => {
    const [, table = ""] = page.split("## Troubleshooting");
    const rowHeads = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, head = ""]) => head);
    const codes = rowHeads.flatMap((head) => head.replaceAll("`", "").split(", "));
    expect(codes.length).toBeGreaterThan(5);
    const explained = new Set([...errors.matchAll(/^### (\w+)$/gm)].map(([, code]) => code));
    expect(codes.filter((code) => !explained.has(code))).toEqual([]);
  });
});
