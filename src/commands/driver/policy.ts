import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import { type AppliedRule, Policy } from "../../drivers/policy/policy.js";
import { type Verdict, verdictOn } from "../../drivers/policy/verdict.js";
import { writeStdout } from "../../terminal/standard-output.js";
import { formatTable } from "../../terminal/table.js";

export default defineCommand({
  summary: "Show which rules apply to drivers, or whether a source is allowed",
  description:
    "Rules come from the administrator's policy.json and from yours; what one of them forbids is forbidden. With a source, the exit code is 1 if it is forbidden.",
  args: { source: { description: "What would be typed for a driver" } },
  flags: { json: jsonFlag },
  examples: ["docker-machine driver policy", "docker-machine driver policy my-org/my-repo@v1.2.3"],
  async run({ flags, words, context, print, printJson }) {
    const { drivers, policyPlaces } = await context("data");
    const policy = Policy.load(policyPlaces);
    const rules = policy.rules();
    const verdict =
      words.length === 0
        ? undefined
        : await verdictOn(onlyWord(words, "driver's source"), { policy, drivers, cwd: process.cwd(), now: Date.now() });
    if (flags.json) printJson({ files: policy.files.map(({ path, scope }) => ({ path, scope })), rules, verdict });
    else if (verdict !== undefined) print(describe(verdict).join("\n"));
    else if (rules.length > 0) writeStdout(formatTable(columns, rules));
    else print(`No rules for drivers are set. They are looked for in ${[...policyPlaces.system, policyPlaces.user].join(" and ")}.`);
    if (verdict?.isAllowed === false) process.exitCode = 1;
  },
});

const columns = [
  { title: "RULE", cell: (row: AppliedRule) => row.rule },
  { title: "VALUE", cell: (row: AppliedRule) => (typeof row.value === "object" ? row.value.join(", ") : String(row.value)) },
  { title: "SET BY", cell: (row: AppliedRule) => row.scope },
  { title: "FILE", cell: (row: AppliedRule) => row.file },
];

function describe({ source, version, isAllowed, refusals, allowedBy, exemption }: Verdict): string[] {
  const what = version === undefined ? source : `${source} (version ${version})`;
  if (exemption !== undefined) return [`${what} is allowed: it is part of docker-machine, which no rule is about.`];
  if (!isAllowed) {
    const remedies = refusals.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy]));
    return [`${what} is forbidden:`, ...refusals.map(({ rule, file, problem }) => `  "${rule}" in ${file}: ${problem}.`), ...remedies];
  }
  const names = allowedBy.map(({ file, pattern }) => `  "allow" in ${file}: "${pattern}".`);
  return names.length === 0 ? [`${what} is allowed: no rule forbids it.`] : [`${what} is allowed:`, ...names];
}
