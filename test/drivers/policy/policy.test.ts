import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Candidate, InstallWishes } from "../../../src/drivers/candidate.js";
import { parsePolicy } from "../../../src/drivers/policy/parse-policy.js";
import { Policy, type PolicyScope } from "../../../src/drivers/policy/policy.js";
import { ownerOf } from "../../../src/drivers/source/owner.js";
import { formatSource, parseSource } from "../../../src/drivers/source/source.js";
import { errorOf } from "../../support/error-of.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

const NOW = Date.parse("2026-01-08T00:00:00Z");
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const fileOf = (rules: object, scope: PolicyScope = "system") => {
  const path = `/${scope}/policy.json`;
  return { path, scope, rules: parsePolicy(JSON.stringify(rules), path) };
};

function candidateOf(typed: string, fields: Partial<Candidate> = {}): Candidate {
  const source = parseSource(typed, "/home/me");
  const owner = ownerOf(source);
  return {
    source,
    shownSource: formatSource(source),
    ...(owner === undefined ? {} : { owner }),
    name: "x",
    form: "package",
    package: "x",
    version: "1.2.3",
    facts: {},
    ...fields,
  };
}

const refusedBy = (rules: object, candidate: Candidate, wishes: InstallWishes = {}) =>
  new Policy([fileOf(rules)]).refusalsOf(candidate, wishes, NOW).map(({ rule }) => rule);

const signed: Partial<Candidate> = { facts: { signature: { keyId: "k" } } };
const builtFrom = (repository: string): Partial<Candidate> => ({ facts: { provenance: { repository } } });
const published = (publishedAt: string): Partial<Candidate> => ({ facts: { unchangedSince: publishedAt } });

describe("a rule", () => {
  it.each<[string, object, Candidate, InstallWishes?]>([
    ["allow", { allow: ["npm:a"] }, candidateOf("npm:a@^1")],
    ["deny of something else", { deny: ["npm:b"] }, candidateOf("npm:a")],
    ["signature", { require: { signature: true } }, candidateOf("npm:a", signed)],
    ["provenance", { require: { provenance: true } }, candidateOf("npm:a", builtFrom("github.com/o/r"))],
    ["provenance of an owner", { require: { provenance: ["github.com/o"] } }, candidateOf("npm:a", builtFrom("github.com/O/r"))],
    ["pin to a version", { require: { pin: true } }, candidateOf("npm:a@1.2.3-rc.1")],
    ["pin to a commit", { require: { pin: true } }, candidateOf(`o/r@${COMMIT}`)],
    ["pin to a version's tag", { require: { pin: true } }, candidateOf("o/r@v1.2.3", { tag: "v1.2.3" })],
    ["pin of a file", { require: { pin: true } }, candidateOf("./x.tgz")],
    ["age, just old enough", { require: { minimumReleaseAge: "7d" } }, candidateOf("npm:a", published("2026-01-01T00:00:00Z"))],
    ["an age of nothing", { require: { minimumReleaseAge: "0d" } }, candidateOf("npm:a")],
    ["no scripts, none wanted", { installScripts: false }, candidateOf("npm:a")],
    [
      "a program with a checksum",
      { unverifiedPrograms: false },
      candidateOf("o/r", { form: "program", facts: { checksum: "api-digest" } }),
    ],
    [
      "everything left open",
      { shortNames: true, prompts: true, installScripts: true, unverifiedPrograms: true },
      candidateOf("npm:a", { typedName: "a" }),
      { allowScripts: true },
    ],
  ])("is satisfied: %s", (_, rules, candidate, wishes) => expect(refusedBy(rules, candidate, wishes)).toEqual([]));

  it.each<[string, string, object, Candidate, InstallWishes?]>([
    ["allow", "something else", { allow: ["npm:a"] }, candidateOf("npm:b")],
    ["allow", "nothing listed", { allow: [] }, candidateOf("npm:a")],
    ["allow", "a folder", { allow: ["npm:a"] }, candidateOf("./a")],
    ["deny", "against allow", { allow: ["npm:a"], deny: ["npm:*"] }, candidateOf("npm:a")],
    ["require.signature", "none", { require: { signature: true } }, candidateOf("npm:a")],
    ["require.provenance", "none", { require: { provenance: true } }, candidateOf("npm:a", signed)],
    [
      "require.provenance",
      "another owner's",
      { require: { provenance: ["github.com/o"] } },
      candidateOf("npm:a", builtFrom("github.com/o-evil/r")),
    ],
    ["require.pin", "newest", { require: { pin: true } }, candidateOf("npm:a")],
    ["require.pin", "range", { require: { pin: true } }, candidateOf("npm:a@^1.2.3")],
    ["require.pin", "part of a version", { require: { pin: true } }, candidateOf("npm:a@1.2")],
    ["require.pin", "dist-tag", { require: { pin: true } }, candidateOf("npm:a@latest")],
    ["require.pin", "default branch", { require: { pin: true } }, candidateOf("o/r")],
    ["require.pin", "branch", { require: { pin: true } }, candidateOf("o/r@main")],
    ["require.pin", "branch called like a version", { require: { pin: true } }, candidateOf("o/r@v1.2.3")],
    ["require.pin", "part of a commit", { require: { pin: true } }, candidateOf("o/r@0123456")],
    ["require.pin", "address", { require: { pin: true } }, candidateOf("https://example.com/x-1.2.3.tgz")],
    [
      "require.minimumReleaseAge",
      "a second short",
      { require: { minimumReleaseAge: "7d" } },
      candidateOf("npm:a", published("2026-01-01T00:00:01Z")),
    ],
    [
      "require.minimumReleaseAge",
      "in the future",
      { require: { minimumReleaseAge: "1h" } },
      candidateOf("npm:a", published("2027-01-01T00:00:00Z")),
    ],
    ["require.minimumReleaseAge", "not known", { require: { minimumReleaseAge: "1h" } }, candidateOf("npm:a")],
    [
      "require.minimumReleaseAge",
      "old, but it may have been changed since",
      { require: { minimumReleaseAge: "1h" } },
      candidateOf("o/r", { facts: { publishedAt: "2020-01-01T00:00:00Z" } }),
    ],
    ["require.minimumReleaseAge", "nonsense", { require: { minimumReleaseAge: "1h" } }, candidateOf("npm:a", published("long ago"))],
    ["shortNames", "typed", { shortNames: false }, candidateOf("npm:docker-machine-driver-a", { typedName: "a" })],
    ["installScripts", "wanted", { installScripts: false }, candidateOf("npm:a"), { allowScripts: true, yes: true }],
    ["unverifiedPrograms", "wanted", { unverifiedPrograms: false }, candidateOf("o/r", { form: "program" }), { allowUnverified: true }],
  ])("%s forbids: %s", (rule, _, rules, candidate, wishes) => expect(refusedBy(rules, candidate, wishes)).toEqual([rule]));

  it("pin is satisfied by a lock that names just this version; no other rule is", () => {
    const rules = { deny: ["npm:a"], require: { pin: true, signature: true, minimumReleaseAge: "1d" } };
    expect(refusedBy(rules, candidateOf("npm:a"), { locked: true })).toEqual(["deny", "require.signature", "require.minimumReleaseAge"]);
  });
});

it("two files allow what each of them allows, and no more: neither can widen the other", () => {
  const variants = [
    {},
    {
      allow: ["*"],
      shortNames: true,
      installScripts: true,
      unverifiedPrograms: true,
      prompts: true,
      require: { signature: false, pin: false, provenance: false, minimumReleaseAge: "0h" },
    },
    { allow: ["npm:a"] },
    { deny: ["npm:a"] },
    { require: { pin: true } },
    { require: { signature: true } },
    { require: { provenance: ["github.com/o"] } },
    { require: { minimumReleaseAge: "1w" } },
    { shortNames: false },
    { installScripts: false },
    { unverifiedPrograms: false },
  ];
  const candidates = [
    candidateOf("npm:a"),
    candidateOf("npm:a@1.2.3", signed),
    candidateOf("npm:b", { typedName: "b", ...published("2026-01-07T00:00:00Z") }),
    candidateOf("o/r", { form: "program" }),
    candidateOf("npm:a", builtFrom("github.com/o/r")),
    candidateOf("./x"),
  ];
  for (const system of variants)
    for (const user of variants)
      for (const candidate of candidates)
        for (const wishes of [{}, { allowScripts: true, yes: true, allowUnverified: true }]) {
          const isAllowed = (...rules: object[]) =>
            new Policy(rules.map((each, index) => fileOf(each, index === 0 ? "system" : "user"))).refusalsOf(candidate, wishes, NOW)
              .length === 0;
          expect(isAllowed(system, user)).toBe(isAllowed(system) && isAllowed(user));
        }
});

it("a refusal names the rules, their files and what satisfies them", async () => {
  const policy = new Policy([fileOf({ require: { pin: true } }), fileOf({ require: { signature: true } }, "user")]);
  const error = await errorOf(() => policy.gate()(candidateOf("npm:a"), {}));
  expect(error).toMatchObject({ code: "POLICY_FORBIDS" });
  expect(error.message).toBe(
    'npm:a is forbidden by the rule "require.pin" in /system/policy.json: just one version or commit must be asked for; and by the rule "require.signature" in /user/policy.json: version 1.2.3 has no signature of a registry.',
  );
  expect(error).toMatchObject({
    suggestions: ["docker-machine driver install npm:a@1.2.3", expect.stringContaining("docker-machine driver policy")],
  });
});

it("before any network, places, pins and short names are judged; in use, places alone", () => {
  const policy = new Policy([fileOf({ deny: ["npm:bad"], require: { pin: true, signature: true }, shortNames: false })]);
  const refused = (typed: string) => policy.refusalsOfTyped(parseSource(typed, "/")).map(({ rule }) => rule);
  expect([refused("npm:bad"), refused("npm:ok"), refused("npm:ok@1.0.0"), refused("short")]).toEqual([
    ["deny", "require.pin"],
    ["require.pin"],
    [],
    ["shortNames"],
  ]);
  expect(() => policy.checkUse(parseSource("npm:ok", "/"))).not.toThrow();
  expect(() => policy.checkUse(parseSource("npm:bad", "/"))).toThrow(/forbidden by the rule "deny"/);
});

describe("the files", () => {
  const places = (root: string) => ({
    system: [join(root, "a", "policy.json"), join(root, "b", "policy.json")],
    user: join(root, "user", "policy.json"),
  });

  it("apply in the system's order, then the user's; those that are not there demand nothing", async () => {
    const root = await scratchDirectory();
    expect(Policy.load(places(root)).files).toEqual([]);
    for (const name of ["b", "user"]) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, "policy.json"), JSON.stringify({ deny: [`npm:${name}`] }));
    }
    expect(Policy.load(places(root)).rules()).toEqual([
      { rule: "deny", value: ["npm:b"], file: join(root, "b", "policy.json"), scope: "system" },
      { rule: "deny", value: ["npm:user"], file: join(root, "user", "policy.json"), scope: "user" },
    ]);
  });

  it("refuse everything if one can't be read, is no file, leads nowhere, is no text, or everybody may change it", async () => {
    const makers: ((path: string) => Promise<void>)[] = [
      (path) => mkdir(path),
      (path) => symlink("/nowhere/policy.json", path),
      (path) => writeFile(path, Buffer.from([0xff, 0xfe, 0x7b])),
      async (path) => {
        await writeFile(path, "{}");
        await chmod(path, 0o666);
      },
    ];
    for (const make of makers) {
      const root = await scratchDirectory();
      await mkdir(join(root, "a"));
      await make(join(root, "a", "policy.json"));
      const error = await errorOf(() => Policy.load(places(root)));
      expect(error).toMatchObject({ code: "POLICY_INVALID", message: expect.stringContaining(join(root, "a", "policy.json")) });
    }
  });
});

it("what would be asked is refused where nobody may be asked, naming the file", () => {
  expect(new Policy([fileOf({ prompts: true })]).promptRefusal("Really?")).toBeUndefined();
  expect(new Policy([fileOf({ prompts: false }, "user")]).promptRefusal("Really?")).toMatchObject({
    code: "POLICY_FORBIDS",
    message: expect.stringMatching(/"prompts" in \/user\/policy.json.*Really\?/),
  });
});
