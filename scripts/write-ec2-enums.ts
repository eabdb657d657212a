import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Operation, Place } from "../test/support/aws/model/service-model.ts";

// npm's aws-sdk carries EC2's model without its enums. The declarations of @aws-sdk/client-ec2, made from the same model, have them: this walks both
// side by side, and writes which place in the model has which enum. Run it after an update of either: node scripts/write-ec2-enums.ts

// Types that AWS adds all the time, and that users type.
const OPEN_ENUMS: readonly string[] = ["InstanceType"];

const require = createRequire(import.meta.url);
const model: {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Place>>;
} = require("aws-sdk/apis/ec2-2016-11-15.min.json");
const types = join(require.resolve("@aws-sdk/client-ec2/package.json"), "../dist-types");
const declarations = readdirSync(join(types, "models"), { recursive: false, encoding: "utf8" })
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => readFileSync(join(types, "models", name), "utf8"))
  .join("\n");

/** Enums' values by the enums' names. */
const enums = new Map(
  [...declarations.matchAll(/^export declare const (\w+): \{\n([\s\S]*?)\n\};/gm)].map(([, name = "", body = ""]) => [
    name.replace(/^_/, ""),
    [...body.matchAll(/: "(.*)";/g)].map(([, value = ""]) => value),
  ]),
);
/** The types of interfaces' members. */
const interfaces = new Map(
  [...declarations.matchAll(/^export interface (\w+) (?:extends (\w+) )?\{\n([\s\S]*?)\n?^\}/gm)].map(([, name = "", , body = ""]) => [
    name,
    new Map([...body.matchAll(/^ {4}(\w+)\??: (\w+)[^;]*;/gm)].map(([, member = "", type = ""]) => [member, type])),
  ]),
);

const places = new Map<string, string>();
const seen = new Set<string>();

function walk(place: Place, type: string, path: string): void {
  const shape = place.shape === undefined ? place : model.shapes[place.shape];
  const at = place.shape ?? path;
  const name = type.replace(/^_/, "");
  if (shape === undefined) return;
  if (shape.member !== undefined) walk(shape.member, type, `${at}[]`);
  else if (shape.type === "structure") walkMembers(shape, type, at);
  else if (enums.has(name) && !OPEN_ENUMS.includes(name)) places.set(at, name);
}

function walkMembers(shape: Place, type: string, path: string): void {
  if (seen.has(`${path} ${type}`)) return;
  seen.add(`${path} ${type}`);
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    walk(member, interfaces.get(type)?.get(name) ?? "", `${path}.${name}`);
  }
}

for (const [action, { input, output }] of Object.entries(model.operations)) {
  const command = join(types, "commands", `${action}Command.d.ts`);
  const extended = /CommandInput extends (\w+)[\s\S]*CommandOutput extends (\w+)/.exec(readFileSync(command, "utf8"));
  if (input !== undefined) walk(input, extended?.[1] ?? "", `${action}.input`);
  if (output !== undefined) walk(output, extended?.[2] ?? "", `${action}.output`);
}

const used = [...new Set(places.values())].toSorted();
const file = {
  enums: Object.fromEntries(used.map((name) => [name, enums.get(name)])),
  places: Object.fromEntries([...places].toSorted(([a], [b]) => (a < b ? -1 : 1))),
};
writeFileSync(new URL("../test/support/aws/model/fixtures/ec2-enums.json", import.meta.url), `${JSON.stringify(file, null, 1)}\n`);
