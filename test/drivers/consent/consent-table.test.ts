import { expect, it } from "vitest";
import { consentTable, describeAge } from "../../../src/drivers/consent/consent-table.js";
import { parseSource } from "../../../src/drivers/source/source.js";

const NOW = Date.parse("2026-01-08T00:00:00Z");
const candidate = {
  source: parseSource("my-org/my-repo@^1", "/"),
  shownSource: "github.com/my-org/my-repo@^1",
  owner: "github.com/my-org",
  name: "acme",
  form: "package",
  package: "docker-machine-driver-acme",
  version: "1.2.3",
  sdkRange: "^1.0.0",
  commit: "0123456789abcdef0123456789abcdef01234567",
  tag: "v1.2.3",
} as const;

it("shows whose it is, what, from where, how old, and what vouches for it", () => {
  const facts = {
    publishedAt: "2026-01-05T00:00:00Z",
    signature: { keyId: "SHA256:abc", keyFrom: "trust-root" },
    provenance: { repository: "github.com/my-org/my-repo", commit: "0123456", workflow: ".github/workflows/release.yml" },
  } as const;
  expect(consentTable({ ...candidate, facts }, {}, { sdkVersion: "1.0.0", now: NOW }).split("\n")).toEqual([
    "  Driver           acme 1.2.3",
    "  Source           github.com/my-org/my-repo@^1",
    "  Owner            github.com/my-org",
    "  Package          docker-machine-driver-acme",
    "  Commit           0123456789abcdef0123456789abcdef01234567 (v1.2.3)",
    "  Published        2026-01-05T00:00:00Z (3 days ago)",
    "  SDK              ^1.0.0, which takes this docker-machine's 1.0.0",
    "  Signature        verified, by the registry (SHA256:abc)",
    "  Provenance       built from github.com/my-org/my-repo, commit 0123456, by .github/workflows/release.yml",
    "  Install scripts  will not run",
  ]);
});

it("says none of what is not there, and that scripts were asked for", () => {
  const table = consentTable({ ...candidate, form: "program", facts: {} }, { allowScripts: true }, { sdkVersion: "1.0.0", now: NOW });
  expect(table).toMatch(/Published +not known\n/);
  expect(table).toMatch(/Signature +none\n {2}Provenance +none\n {2}Checksum +none\n/);
  expect(table).toMatch(/Install scripts +will be shown, and run if you agree$/);
});

it("what strangers wrote stays on its line, and only plain letters look like themselves", () => {
  const facts = { repository: "github.com/g\u043e\u043egle/x\n  Signature        verified\u001b[2A\u202e" };
  const table = consentTable({ ...candidate, facts }, {}, { sdkVersion: "1.0.0", now: NOW });
  expect(table).toContain("github.com/g\\u{43e}\\u{43e}gle/x\\u{a}  Signature        verified\\u{1b}[2A\\u{202e}");
  expect(table.split("\n").filter((line) => line.startsWith("  Signature"))).toEqual(["  Signature        none"]);
});

it.each([
  ["2026-01-08T00:00:00Z", "just now"],
  ["2026-01-07T23:59:00Z", "1 minute ago"],
  ["2026-01-07T22:00:00Z", "2 hours ago"],
  ["2025-10-08T00:00:00Z", "3 months ago"],
  ["2024-01-01T00:00:00Z", "2 years ago"],
  ["2026-01-09T00:00:00Z", "in the future: a clock is wrong"],
  ["yesterday", "no time"],
])("%s is %s", (time, age) => expect(describeAge(time, NOW)).toBe(age));
