import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatConfig, parseConfig } from "../../src/store/config-file.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { StorePaths } from "../../src/store/store-paths.js";

const fixtures = new URL("../fixtures/go-store/", import.meta.url);
const drivers = readdirSync(new URL("driver-fields/", fixtures)).map((file) => file.replace(/\.json$/, ""));

const parse = (text: string) => parseConfig("dev", "/store/machines/dev/config.json", text);
const rewritten = (text: string) => formatConfig(parse(text));

function newConfig() {
  const paths = new StorePaths({ storagePath: "/store" });
  const own = { DriverSource: "none", DriverOptions: {}, Progress: "provisioned" } as const;
  return newMachineConfig(paths, { name: "dev", driverName: "none", engine: {}, swarm: {}, subjectAltNames: [], own });
}

/** A config.json of the Go program for any driver, with `change` applied to its text. */
function goText(driver: object, change: (text: string) => string = (text) => text): string {
  const { DockerMachine: _own, ...config } = newConfig();
  return change(JSON.stringify({ ...config, Driver: driver }, null, 4));
}

describe("a config.json of the Go program", () => {
  it.each(drivers)("is written back byte for byte, with all fields of the driver %s", (driver) => {
    const fields = JSON.parse(readFileSync(new URL(`driver-fields/${driver}.json`, fixtures), "utf8"));
    const text = goText(fields);
    expect(rewritten(text)).toBe(text);
  });

  it("keeps fields nobody knows, wherever they are, and in their order", () => {
    const text = goText({ B: 1, A: { nested: [{ "<": null }] } }, (json) =>
      json
        .replace('"GraphDir": ""', '"GraphDir": "",\n            "Later": {\n                "x": true\n            }')
        .replace('"Name": "dev"', '"Name": "dev",\n    "Other": []'),
    );
    expect(JSON.parse(rewritten(text))).toEqual(JSON.parse(text));
    expect(Object.keys(JSON.parse(rewritten(text)))).toEqual(["ConfigVersion", "Driver", "DriverName", "HostOptions", "Name", "Other"]);
    expect(Object.keys(JSON.parse(rewritten(text)).Driver)).toEqual(["B", "A"]);
  });

  it.each(["9007199254740993", "-12345678901234567890", "1.0", "1e3", "-0", "0.1000000000000000055", "1e999", "1E-400"])(
    "keeps the number %s to the last digit",
    (number) => {
      const text = goText({ ID: "HERE", Nested: { list: ["HERE"] } }, (json) => json.replaceAll('"HERE"', number));
      expect(rewritten(text)).toBe(text);
    },
  );

  it("takes a number that has been changed since, and keeps the others", () => {
    const config = parse(goText({ ID: "HERE", Other: "HERE" }, (json) => json.replaceAll('"HERE"', "9007199254740993")));
    const text = formatConfig({ ...config, Driver: { ...config.Driver, Other: 5 } });
    expect(text).toContain('"ID": 9007199254740993');
    expect(text).toContain('"Other": 5');
  });

  it("escapes what Go escapes in JSON", () => {
    const text = goText({ UserData: 'a<b>&"c"\\\u2028\u2029é😀' }, (json) =>
      json
        .replaceAll("<", "\\u003c")
        .replaceAll(">", "\\u003e")
        .replaceAll("&", "\\u0026")
        .replaceAll("\u2028", "\\u2028")
        .replaceAll("\u2029", "\\u2029"),
    );
    expect(rewritten(text)).toBe(text);
  });

  it("has lists where it says null, as Go reads it, and null again when it is written", () => {
    const text = goText({}, (json) =>
      json.replace('"Labels": []', '"Labels": null').replace('"ServerCertSANs": []', '"ServerCertSANs": null'),
    );
    const { EngineOptions, AuthOptions } = parse(text).HostOptions;
    expect([EngineOptions.Labels, AuthOptions.ServerCertSANs]).toEqual([[], []]);
    expect(rewritten(text)).toBe(text);
  });

  it("gets the fields that its docker-machine did not have yet, with Go's zero values, in Go's places", () => {
    const { DockerMachine: _own, ...whole } = newConfig();
    const { Agent: _agent, ArbitraryJoinFlags: _flags, IsExperimental: _experimental, ...swarm } = whole.HostOptions.SwarmOptions;
    const { ServerCertSANs: _sans, ...auth } = whole.HostOptions.AuthOptions;
    const older = { ...whole, HostOptions: { ...whole.HostOptions, SwarmOptions: swarm, AuthOptions: auth } };
    expect(rewritten(JSON.stringify(older))).toBe(JSON.stringify(whole, null, 4));
  });

  it("does not take __proto__ and constructor for more than names", () => {
    const text = goText({ HERE: { polluted: true }, constructor: { prototype: { polluted: true } } }, (json) =>
      json.replace("HERE", "__proto__"),
    );
    const config = parse(text);
    expect((config.Driver as { polluted?: boolean }).polluted).toBeUndefined();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(rewritten(text)).toBe(text);
  });

  it("is this machine's, whatever name stands in it", () => {
    expect(parse(goText({}, (json) => json.replace('"Name": "dev"', '"Name": "../../evil\\u001b[2J"'))).Name).toBe("dev");
  });
});

describe("a damaged config.json", () => {
  const replaced = (from: string, to: string) => goText({ IPAddress: "1.2.3.4", SSHPort: 22 }, (json) => json.replace(from, to));

  it.each([
    ["empty", "", "the file is empty"],
    ["blank", " \n\t", "the file is empty"],
    ["cut off", goText({}).slice(0, 300), "not valid JSON"],
    ["followed by something", `${goText({})}x`, "not valid JSON"],
    ["binary", "\u0000\u0001\u0002", "not valid JSON"],
    ["null", "null", "does not hold an object"],
    ["a list", "[]", "does not hold an object"],
    ["a text", '"config"', "does not hold an object"],
    ["a number", "3", "does not hold an object"],
    ["an object without anything", "{}", "it names no driver"],
    ["of a version that is a text", replaced('"ConfigVersion": 3', '"ConfigVersion": "3"'), 'its ConfigVersion is "3"'],
    ["of version null", replaced('"ConfigVersion": 3', '"ConfigVersion": null'), "its ConfigVersion is null"],
    ["of version 2.5", replaced('"ConfigVersion": 3', '"ConfigVersion": 2.5'), "its ConfigVersion is 2.5"],
    ["of version -1", replaced('"ConfigVersion": 3', '"ConfigVersion": -1'), "its ConfigVersion is -1"],
    ["of version NaN", replaced('"ConfigVersion": 3', '"ConfigVersion": 1e999'), "its ConfigVersion is null"],
    ["with a list as driver", goText([]), "no Driver object"],
    ["with a driver named 5", replaced('"DriverName": "none"', '"DriverName": 5'), "names no driver"],
    ["with an escape in its driver's name", replaced('"DriverName": "none"', '"DriverName": "\\u001b[2Jnone"'), "control characters"],
    ["with an address that is a number", replaced('"IPAddress": "1.2.3.4"', '"IPAddress": 5'), "its Driver.IPAddress is not a text"],
    ["with an address of two lines", replaced('"1.2.3.4"', '"1.2.3.4\\nrm"'), "its Driver.IPAddress is not a text of one line"],
    ["with a port that is a text", replaced('"SSHPort": 22', '"SSHPort": "22"'), "its Driver.SSHPort is not a whole number"],
    ["with HostOptions null", replaced('"HostOptions": {', '"HostOptions": null, "Was": {'), "no HostOptions object"],
    ["without AuthOptions", replaced('"AuthOptions"', '"Elsewhere"'), "no AuthOptions object"],
    ["with labels that are no list", replaced('"Labels": []', '"Labels": "a=b"'), "its HostOptions.EngineOptions.Labels is not a list"],
    ["with labels that are no texts", replaced('"Labels": []', '"Labels": [1]'), "its HostOptions.EngineOptions.Labels is not a list"],
    [
      "with a switch that is a text",
      replaced('"Master": false', '"Master": "no"'),
      "its HostOptions.SwarmOptions.Master is not true or false",
    ],
    ["with a heartbeat of 1.5", replaced('"Heartbeat": 0', '"Heartbeat": 1.5'), "its HostOptions.SwarmOptions.Heartbeat is not a whole"],
    ["with our object as a text", replaced('"Name": "dev"', '"Name": "dev", "DockerMachine": "x"'), "its DockerMachine object"],
    [
      "nested 101 levels deep",
      goText({}, (json) => json.replace('"Name"', `"X": ${"[".repeat(101)}${"]".repeat(101)}, "Name"`)),
      "deeper than 100",
    ],
    ["nested a million levels deep", `{"Driver":${"[".repeat(1e6)}${"]".repeat(1e6)}}`, "deeper than 100"],
  ])("that is %s is named as such", (_what, text, reason) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "CONFIG_DAMAGED", message: expect.stringContaining(reason) }));
  });

  it("is not quoted: it may hold a secret", () => {
    for (const text of ['{"Driver": {"Token": s3cret}}', "s3cret, and so on", `{"Driver": {"SecretKey": "x" s3cret`]) {
      expect(() => parse(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("s3cret") }));
    }
  });
});

it("a config.json of a newer version is refused", () => {
  const text = goText({}, (json) => json.replace('"ConfigVersion": 3', '"ConfigVersion": 4'));
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: "CONFIG_VERSION_UNSUPPORTED" }));
});
