import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parsePolicy } from "../../../src/drivers/policy/parse-policy.js";
import { writtenRules } from "../../../src/drivers/policy/policy-rules.js";
import { errorOf } from "../../support/error-of.js";

it("reads every rule", () => {
  const rules = {
    allow: ["github.com/my-org/*", "npm:@my-scope"],
    deny: [],
    "require.signature": true,
    "require.provenance": ["github.com/my-org"],
    "require.pin": false,
    "require.minimumReleaseAge": "7d",
    shortNames: false,
    prompts: true,
    installScripts: false,
    unverifiedPrograms: false,
  };
  const content = {
    $schema: "https://example.com/policy.schema.json",
    allow: rules.allow,
    deny: rules.deny,
    require: { signature: true, provenance: ["github.com/my-org"], pin: false, minimumReleaseAge: "7d" },
    shortNames: false,
    prompts: true,
    installScripts: false,
    unverifiedPrograms: false,
  };
  const parsed = parsePolicy(`\uFEFF${JSON.stringify(content)}`, "/etc/x/policy.json");
  expect(Object.fromEntries(writtenRules(parsed).map(({ rule, value }) => [rule, value]))).toEqual(rules);
  expect(parsed.minimumReleaseAge?.ms).toBe(7 * 24 * 3600 * 1000);
  expect(writtenRules(parsePolicy("{}", "x"))).toEqual([]);
});

it.each<[string, RegExp]>([
  ["", /it is not JSON/],
  ["{", /it is not JSON/],
  ["[]", /it is \[\], but it must be a JSON object \(line 1, column 1\)/],
  ["null", /it is null/],
  ['{\n  "alow": []\n}', /"alow" is not a rule\. Was "allow" meant\? \(line 2, column 3\)/],
  ['{ "require": { "pins": true } }', /"require.pins" is not a rule\. Was "pin" meant\? \(line 1, column 16\)/],
  ['{ "minimumReleaseAge": "7d" }', /"minimumReleaseAge" is not a rule\. The rules here are allow, deny, require/],
  ['{ "__proto__": { "pin": true } }', /"__proto__" is not a rule/],
  ['{ "constructor": 1 }', /"constructor" is not a rule/],
  ['{ "deny": ["npm:bad"],\n  "deny": [] }', /"deny" stands there twice \(line 2, column 3\)/],
  ['{ "require": { "pin": true, "\\u0070in": false } }', /"require.pin" stands there twice/],
  ['{ "deny": "npm:bad" }', /"deny" is "npm:bad", but it must be a list/],
  ['{ "deny": ["npm:ok",\n 7] }', /"deny\[1\]" is 7, but it must be a text \(line 2, column 2\)/],
  ['{ "deny": ["bad/*"] }', /"deny\[0\]" is "bad\/\*": a repository is written with its host/],
  ['{ "shortNames": "false" }', /"shortNames" is "false", but it must be true or false/],
  ['{ "require": true }', /"require" is true, but it must be a JSON object/],
  ['{ "require": { "minimumReleaseAge": 7 } }', /"36h", "7d", "2w"/],
  ['{ "require": { "minimumReleaseAge": "1 week" } }', /"36h", "7d", "2w"/],
  ['{ "require": { "provenance": ["npm:x"] } }', /"require.provenance\[0\]" is "npm:x", which names no repository/],
  ['{ "require": { "provenance": "github.com/x" } }', /true, false, or a list/],
])("%j is refused, with the place", async (content, problem) => {
  const error = await errorOf(() => parsePolicy(content, "/etc/x/policy.json"));
  expect(error).toMatchObject({ code: "POLICY_INVALID" });
  expect(error.message).toContain("/etc/x/policy.json");
  expect(error.message).toMatch(problem);
});

it("docs/policy.schema.json has the same rules", async () => {
  const { properties } = JSON.parse(await readFile(new URL("../../../docs/policy.schema.json", import.meta.url), "utf8"));
  const known = async (content: string) => (await errorOf(() => parsePolicy(content, "x"))).message;
  const names = (group: object) => Object.keys(group).filter((name) => name !== "$schema");
  expect(await known('{ "zzzzzzzzzz": 1 }')).toContain(`The rules here are ${names(properties).join(", ")} (`);
  expect(await known('{ "require": { "zzzzzzzzzz": 1 } }')).toContain(
    `The rules here are ${names(properties.require.properties).join(", ")} (`,
  );
});
