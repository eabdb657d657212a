import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { MachineError } from "../../src/errors.js";
import type { ListedMachine } from "../../src/machines/list-machines.js";
import { type GoValue, goString, goValueOfJson } from "../../src/template/go-value.js";
import { parseTemplate } from "../../src/template/template.js";
import { machineRowValue } from "../../src/terminal/machine-row-value.js";

/** What Go's own text/template did: see the README.md of the folder. */
const folder = new URL("../fixtures/go-template/", import.meta.url);

interface Case {
  readonly data: string;
  readonly text: string;
  readonly output: string;
  readonly fails?: "parse" | "execute";
}

const cases: readonly Case[] = JSON.parse(readFileSync(fileURLToPath(new URL("cases.json", folder)), "utf8"));

const MACHINE: ListedMachine = {
  name: "full",
  driverName: "none",
  status: "Running",
  url: "tcp://127.0.0.1:1",
  engineVersion: "24.0.7",
  error: "no answer",
  responseMs: 1234,
  swarmOptions: {
    IsSwarm: false,
    Address: "",
    Discovery: "",
    Agent: false,
    Master: false,
    Host: "tcp://0.0.0.0:3376",
    Image: "swarm:latest",
    Strategy: "spread",
    Heartbeat: 0,
    Overcommit: 0.5,
    ArbitraryFlags: [],
    ArbitraryJoinFlags: [],
    Env: null,
    IsExperimental: false,
  },
  engineOptions: {
    ArbitraryFlags: ["log-driver=none"],
    Dns: null,
    GraphDir: "",
    Env: ["A=B"],
    Ipv6: false,
    InsecureRegistry: ["r.co"],
    Labels: ["app=1", "foo=bar"],
    LogLevel: "",
    StorageDriver: "overlay",
    SelinuxEnabled: false,
    TlsVerify: true,
    RegistryMirror: ["http://m"],
    InstallURL: "https://get.docker.com",
  },
};

const UNREADABLE: ListedMachine = { name: "broken", driverName: "", status: "Error", url: "", error: "it is <broken>", responseMs: 0 };

const data: Readonly<Record<string, GoValue>> = {
  ...Object.fromEntries(
    Object.entries(JSON.parse(readFileSync(fileURLToPath(new URL("data.json", folder)), "utf8"))).map(([name, json]) => [
      name,
      goValueOfJson(json),
    ]),
  ),
  row: machineRowValue(MACHINE, { all: [MACHINE], dockerHost: undefined }),
  unreadable: machineRowValue(UNREADABLE, { all: [UNREADABLE], dockerHost: undefined }),
  header: {
    kind: "map",
    elementType: "string",
    entries: new Map([
      ["Name", goString("NAME")],
      ["State", goString("STATE")],
    ]),
  },
};

/** Numbers that don't fit are noticed before anything is written; Go notices some of them only when it comes to them. */
const NOTICED_EARLIER = ["{{9223372036854775808}}", "{{18446744073709551615}}", "{{0x8000000000000000}}"];

test.for(cases)("As Go has it, on $data: $text", ({ data: name, text, output, fails }) => {
  expect(run(text, data[name]!)).toEqual({ output, fails: NOTICED_EARLIER.includes(text) ? "parse" : fails });
});

test("What newer versions of Go accept is accepted", () => {
  const values = goValueOfJson({ text: "aé🐳", empty: "", one: 1 });
  const written = (text: string) => run(text, values);
  expect(written("{{range 3}}{{.}}{{end}}")).toEqual({ output: "012", fails: undefined });
  expect(written("{{range $i := 2}}{{$i}}{{else}}none{{end}}{{range 0}}x{{else}}none{{end}}")).toEqual({
    output: "01none",
    fails: undefined,
  });
  expect(written('{{range $i, $c := .text}}{{$i}}{{printf "%c" $c}} {{end}}')).toEqual({ output: "0a 1é 3🐳 ", fails: undefined });
  expect(written("{{with .empty}}a{{else with .one}}{{.}}{{else}}c{{end}}")).toEqual({ output: "1", fails: undefined });
});

function run(text: string, value: GoValue): { readonly output: string; readonly fails: Case["fails"] } {
  let output = "";
  try {
    parseTemplate(text).execute(value, (piece) => {
      output += piece;
    });
    return { output, fails: undefined };
  } catch (error) {
    const { code, message } = error as MachineError;
    expect(message).toMatch(/^The template (?:is not valid|fails) at line \d+, column \d+/);
    return { output, fails: code === "TEMPLATE_INVALID" ? "parse" : "execute" };
  }
}
