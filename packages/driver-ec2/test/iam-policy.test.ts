import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EC2_ACTIONS, QUOTAS_ACTIONS, SSM_ACTIONS, STS_ACTIONS } from "../src/aws/actions.js";
import { iamPolicy, statementsFor } from "../src/iam-policy.js";

const CALLED = [
  ...EC2_ACTIONS.map((action) => `ec2:${action}`),
  ...QUOTAS_ACTIONS.map((action) => `servicequotas:${action}`),
  ...SSM_ACTIONS.map((action) => `ssm:${action}`),
  ...STS_ACTIONS.map((action) => `sts:${action}`),
];
const page = readFileSync(new URL("../../../docs/drivers/amazonec2.md", import.meta.url), "utf8");

describe("the IAM policy", () => {
  const { Statement: statements } = iamPolicy();

  it("allows what the driver calls, and nothing else", () => {
    const allowed = new Set(statements.flatMap(({ Action }) => Action));
    expect([...allowed].sort()).toEqual([...CALLED].sort());
  });

  it("asks for nothing that the driver doesn't call", () => {
    const folder = fileURLToPath(new URL("../src/", import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const lists = ["aws/actions.ts", "iam-policy.ts"];
    const sources = files.filter((name) => !lists.includes(name)).map((name) => readFileSync(`${folder}${name}`, "utf8"));
    const actions = CALLED.map((permission) => permission.replace(/^.*:/, ""));
    // AWS asks for this one where something is tagged as it is made.
    const uncalled = actions.filter((action) => action !== "CreateTags" && !sources.some((text) => text.includes(`"${action}"`)));
    expect(uncalled).toEqual([]);
  });

  it("lets nothing that exists be changed but what has our tag", () => {
    const making = ["CreateFleet", "CreateLaunchTemplate", "CreateSecurityGroup", "CreateTags", "ImportKeyPair", "RunInstances"];
    const changing = EC2_ACTIONS.filter((action) => !action.startsWith("Describe") && !making.includes(action));
    for (const statement of changing.flatMap((action) => statementsFor(`ec2:${action}`))) {
      expect(statement.Condition).toEqual({ Null: { "ec2:ResourceTag/docker-machine:store-id": "false" } });
    }
  });

  it("lets nothing be made without our tag", () => {
    const made = ["fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume"];
    for (const statement of statements.filter(({ Action }) => Action.includes("ec2:RunInstances") || Action.includes("ec2:CreateFleet"))) {
      const isTagged = statement.Condition !== undefined;
      const ofMade = [statement.Resource].flat().filter((resource) => made.includes(resource.split(/[:/]/).at(-2) ?? ""));
      // A fleet is launched from a template, which was tagged when it was made.
      expect(isTagged ? [] : ofMade).toEqual(isTagged ? [] : ["arn:aws:ec2:*:*:launch-template/*"]);
    }
    const makers = statementsFor("ec2:ImportKeyPair");
    expect(makers).toHaveLength(1);
    expect(makers[0]?.Condition).toEqual({ Null: { "aws:RequestTag/docker-machine:store-id": "false" } });
  });

  it("lets tags be given only to what is being made", () => {
    expect(statementsFor("ec2:CreateTags").map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "CreateSecurityGroup", "ImportKeyPair", "RunInstances"],
        },
      },
    ]);
  });

  it("fits into a managed policy, which holds 6,144 characters without blanks", () => {
    expect(JSON.stringify(iamPolicy()).length).toBeLessThan(6144);
  });

  it("is the one of the documentation", () => {
    const [, shown = "{}"] = /```json\n(.*?)\n```/s.exec(page) ?? [];
    expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(iamPolicy())));
  });

  it.each(statements.map(({ Sid }) => Sid))("is explained: %s", (sid) => expect(page).toContain(`| \`${sid}\` |`));

  it("tells what an action lacks", () => {
    expect(statementsFor("ec2:ImportKeyPair").map(({ Sid }) => Sid)).toEqual(["MakeTagged"]);
    expect(statementsFor("ec2:StopInstances").map(({ Sid }) => Sid)).toEqual(["ChangeWhatIsTagged"]);
    expect(statementsFor("s3:GetObject")).toEqual([]);
  });
});
