import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.js";

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
  for (const name of ["one", "two"]) {
    const { exitCode, stderr } = await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "--engine-label", `n=${name}`, name]);
    expect(exitCode, stderr).toBe(0);
  }
});
afterAll(() => cli[Symbol.asyncDispose]());

describe("ls --format", () => {
  test("writes a line for each machine", async () => {
    expect(await cli.run(["ls", "-f", "{{.Name}}: {{.State}} {{.EngineOptions.Labels}}"])).toEqual({
      exitCode: 0,
      stdout: "one: Running [n=one]\ntwo: Running [n=two]\n",
      stderr: "",
    });
  });

  test("has titles and columns after the word table", async () => {
    const { stdout } = await cli.run(["ls", "--format", "table {{.Name}}\\t{{.DriverName}}\\t{{.URL}}"]);
    expect(stdout).toBe("NAME   DRIVER   URL\none    none     tcp://127.0.0.1:1\ntwo    none     tcp://127.0.0.1:1\n");
  });

  test("names the place of a mistake before any machine is asked", async () => {
    const { exitCode, stdout, stderr } = await cli.run(["ls", "--format", "{{.Name}} {{.State"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("not valid at line 2, column 1: the action that begins at line 1, column 11 has no end: }} is missing");
  });

  test("lists the fields there are, if one is unknown", async () => {
    const { exitCode, stdout, stderr } = await cli.run(["ls", "--format", "a {{.name}}"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "a " });
    expect(stderr).toContain("fails at line 1, column 5 (.name): there is no field name");
    expect(stderr).toContain("Did you mean .Name?");
    expect(stderr).toContain(".ResponseTime");
  });

  test("is not looked at with --quiet, as by the Go program", async () => {
    expect(await cli.run(["ls", "-q", "-f", "{{nope"])).toEqual({ exitCode: 0, stdout: "one\ntwo\n", stderr: "" });
  });

  test("shows a machine that can't be read", async () => {
    const { rename } = await import("node:fs/promises");
    await rename(cli.machinePath("two", "config.json"), cli.machinePath("two", "config.json.away"));
    const { stdout } = await cli.run([
      "ls",
      "-f",
      "{{.Name}} {{.DriverName}} {{.State}} {{with .EngineOptions}}{{.Labels}}{{else}}none{{end}}",
    ]);
    await rename(cli.machinePath("two", "config.json.away"), cli.machinePath("two", "config.json"));
    expect(stdout).toBe("one none Running [n=one]\ntwo not found Error none\n");
  });
});

describe("inspect --format", () => {
  test("works on the JSON of the machine", async () => {
    const format =
      "{{.Name}} {{.Driver.URL}} {{len .HostOptions.EngineOptions.Labels}} {{.ConfigVersion}} {{json .HostOptions.EngineOptions.Dns}}";
    expect(await cli.run(["inspect", "-f", format, "one"])).toEqual({
      exitCode: 0,
      stdout: "one tcp://127.0.0.1:1 1 3 null\n",
      stderr: "",
    });
  });

  test("has no value for what isn't there", async () => {
    expect(await cli.run(["inspect", "one", "--format={{.Driver.Nope}} {{.DockerMachine}}"])).toMatchObject({
      stdout: "<no value> <no value>\n",
    });
  });

  test("counts as not given if it is empty", async () => {
    expect((await cli.run(["inspect", "-f", "", "one"])).stdout).toBe((await cli.run(["inspect", "one"])).stdout);
  });

  test("writes what comes before an error", async () => {
    const { exitCode, stdout, stderr } = await cli.run(["inspect", "-f", "{{.Name}} {{index .HostOptions.EngineOptions.Labels 7}}", "one"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "one " });
    expect(stderr).toContain("the index 7 is out of range");
    expect(stderr).toContain("Possible are 0 to 0.");
  });

  test("is checked before the machine is looked for", async () => {
    const { exitCode, stderr } = await cli.run(["inspect", "-f", "{{nope .}}", "missing"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("there is no function nope");
    expect(stderr).toContain("prettyjson");
  });
});

test.for([["ls"], ["inspect", "one"]])("%j refuses --format beside --json", async (command) => {
  const { exitCode, stdout, stderr } = await cli.run([...command, "--json", "-f", "{{.Name}}"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("don't go together");
});
