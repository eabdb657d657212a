import { expect, test } from "vitest";
import type { MachineError } from "../../src/errors.js";
import { goDuration } from "../../src/template/go-duration.js";
import { type GoValue, goString, goValueOfJson } from "../../src/template/go-value.js";
import { parseTemplate } from "../../src/template/template.js";
import { errorOf } from "../support/error-of.js";

const values: GoValue = goValueOfJson({ List: ["a"], Number: 3, Text: "t", Nothing: null });
const struct: GoValue = {
  kind: "struct",
  type: "Row",
  fields: new Map<string, GoValue>([
    ["Name", goString("n")],
    ["Time", goDuration(6_000_000n)],
  ]),
};

function errorIn(text: string, value = values): Promise<MachineError> {
  return errorOf(async () => parseTemplate(text).execute(value, () => undefined)) as Promise<MachineError>;
}

test.for([
  ["{{.Name", "line 1, column 8", "}} is missing"],
  ["{{.Name}", "line 1, column 8", "not by one }"],
  ["{{.Text}}\n  {{.a-b}}", "line 2, column 7", 'write {{index . "name"}}'],
  ["🐳{{nope}}", "line 1, column 4", "there is no function nope"],
  ["{{$x}}", "line 1, column 3", "there is no variable $x here"],
  ["{{if .A}}x", "line 1, column 1", "{{if}} has no {{end}}"],
  ["a{{end}}", "line 1, column 2", "{{end}} belongs to no {{if}}"],
  ["{{break}}", "line 1, column 1", "{{break}} stands in no {{range}}"],
  ["{{1x}}", "line 1, column 3", "1x is not a number"],
  ["{{5i}}", "line 1, column 3", "imaginary"],
  ['{{"a}}', "line 1, column 3", '" is missing'],
  ['{{"\\z"}}', "line 1, column 3", "an escape"],
  ["{{print (1}}", "line 1, column 11", ") is missing"],
  ["{{print 1)}}", "line 1, column 10", "a ) too many"],
  ['{{print "a""b"}}', "line 1, column 12", "a space is missing"],
  ["{{/* a", "line 1, column 1", "*/ is missing"],
  ['{{template "\\8"}}', "line 1, column 12", "an escape"],
])("A template that can't be read is told with its place: %j", async ([text, place, problem]) => {
  const error = await errorIn(text!);
  expect(error.code).toBe("TEMPLATE_INVALID");
  expect(error.message).toMatch(`The template is not valid at ${place!}: `);
  expect(error.message).toContain(problem!);
});

test.for([
  ["{{len .Number}}", "line 1, column 3 (len)", "has no length", "len takes text, a list or a map."],
  ["{{index .List 3}}", "line 1, column 3 (index)", "the index 3 is out of range", "Possible are 0 to 0."],
  ["{{eq .Number 3}}", "line 1, column 3 (eq)", "types float64 and int", "{{eq .ConfigVersion 3.0}}"],
  ["a\n{{.List.Name}}", "line 2, column 3 (.List.Name)", "has no field Name", "{{range .List}}{{.Name}}{{end}}"],
  ["{{.Nothing.Name}}", "line 1, column 3 (.Nothing.Name)", "there is nothing here", "{{with .Value}}"],
  ['{{template "a"}}{{define "b"}}{{end}}', "line 1, column 1", 'no template named "a"', 'Templates: "b".'],
  ["{{call .Text}}", "line 1, column 3 (call)", "call needs a function", "{{len .List}}"],
])("A template that fails says where, and what is accepted: %j", async ([text, place, problem, suggestion]) => {
  const error = await errorIn(text!);
  expect(error.code).toBe("TEMPLATE_FAILED");
  expect(error.message).toContain(`The template fails at ${place!}`);
  expect(error.message).toContain(problem!);
  expect(error.suggestions.join("\n")).toContain(suggestion!);
});

test("An unknown field of a struct: the fields there are", async () => {
  expect((await errorIn("{{.Nope}}", struct)).suggestions).toEqual(["Fields: .Name .Time"]);
  expect((await errorIn("{{.name}}", struct)).suggestions[0]).toBe("Did you mean .Name?");
  expect((await errorIn("{{.Time.Nope}}", struct)).suggestions[0]).toContain(".Seconds");
});

test.for([
  ["parentheses", `{{${"(".repeat(3000)}1${")".repeat(3000)}}}`],
  ["blocks", "{{if 1}}".repeat(3000)],
  ["definitions", '{{block "a" .}}'.repeat(3000)],
  ["else ifs", `{{if 0}}${"{{else if 0}}".repeat(3000)}{{end}}`],
  ["calls", '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}'],
])("Too many %s within each other are refused, and no stack runs full", async ([, text]) => {
  expect((await errorIn(text!)).message).toMatch(/more than \d+/);
});

test("As deep as is allowed works", () => {
  let output = "";
  const write = (piece: string) => {
    output += piece;
  };
  parseTemplate(`${"{{if 1}}".repeat(500)}x${"{{end}}".repeat(500)}`).execute(values, write);
  parseTemplate(`{{${"(".repeat(200)}1${")".repeat(200)}}}`).execute(values, write);
  parseTemplate('{{define "a"}}{{if lt (len .) 400}}{{template "a" (print . "x")}}{{end}}{{end}}{{template "a" ""}}y').execute(
    values,
    write,
  );
  expect(output).toBe("x1y");
});

test.for([
  [0n, "0s"],
  [1n, "1ns"],
  [1_500n, "1.5µs"],
  [6_000_000n, "6ms"],
  [1_234_000_000n, "1.234s"],
  [60_000_000_000n, "1m0s"],
  [3_723_500_000_000n, "1h2m3.5s"],
  [3_600_000_000_000n, "1h0m0s"],
  [-90_000_000_000n, "-1m30s"],
] as const)("A duration of %d ns is printed as %s", ([nanoseconds, text]) => {
  expect(goDuration(nanoseconds).methods?.get("String")?.call([])).toEqual(goString(text));
});
