import { describe, expect, test } from "vitest";
import { conflictingKeys, engineFlags } from "../../src/provision/engine-flags.js";
import { checkEngineOptions } from "../../src/provision/provision.js";
import type { EngineOptions } from "../../src/store/machine-config.js";

const plain: EngineOptions = {
  ArbitraryFlags: [],
  Dns: null,
  GraphDir: "",
  Env: [],
  Ipv6: false,
  InsecureRegistry: [],
  Labels: [],
  LogLevel: "",
  StorageDriver: "",
  SelinuxEnabled: false,
  TlsVerify: true,
  RegistryMirror: [],
  InstallURL: "",
};

function flagsOf(options: Partial<EngineOptions>, engineUrl = "tcp://10.0.0.5:2376", enginePort = 2376): string {
  return engineFlags({ engineOptions: { ...plain, ...options }, driverName: "generic", engineUrl, enginePort }).join(" ");
}

const tls = "--tlsverify --tlscacert /etc/docker/ca.pem --tlscert /etc/docker/server.pem --tlskey /etc/docker/server-key.pem";

test("The flags are the Go program's, in its order", () => {
  const options = {
    Labels: ["env=test"],
    InsecureRegistry: ["reg.example:5000"],
    RegistryMirror: ["https://mirror.example"],
    ArbitraryFlags: ["log-level=warn"],
    StorageDriver: "overlay2",
  };
  expect(flagsOf(options)).toBe(
    `-H tcp://0.0.0.0:2376 -H unix:///var/run/docker.sock --storage-driver overlay2 ${tls} ` +
      "--label env=test --label provider=generic --insecure-registry reg.example:5000 --registry-mirror https://mirror.example --log-level=warn",
  );
});

test("The storage driver is Docker's choice unless one is asked for", () => {
  expect(flagsOf({})).toBe(`-H tcp://0.0.0.0:2376 -H unix:///var/run/docker.sock ${tls} --label provider=generic`);
});

test("The engine listens on the port, and for the kind of address, that the driver names", () => {
  expect(flagsOf({}, "tcp://10.0.0.5:12376", 12376)).toContain("-H tcp://0.0.0.0:12376 ");
  expect(flagsOf({}, "tcp://127.0.0.1:49152", 2376)).toContain("-H tcp://0.0.0.0:2376 ");
  expect(flagsOf({}, "tcp://[fd00::5]:2376")).toContain("-H tcp://[::]:2376 ");
});

describe("daemon.json", () => {
  const flags = engineFlags({
    engineOptions: { ...plain, ArbitraryFlags: ["log-opt=a=b", "debug"] },
    driverName: "none",
    engineUrl: "tcp://h:1",
    enginePort: 1,
  });

  test("conflicts by every key that a flag sets too", () => {
    const config = JSON.stringify({ hosts: [], tlsverify: true, labels: [], "log-opts": {}, debug: true, "data-root": "/d" });
    expect(conflictingKeys(flags, config)).toEqual(["hosts", "tlsverify", "labels", "log-opts", "debug"]);
  });

  test.each(["", "{", "null", "[]", '{"data-root":"/d"}'])("does not conflict as %j", (config) => {
    expect(conflictingKeys(flags, config)).toEqual([]);
  });
});

test("Engine options are checked before there is a host", () => {
  expect(() => checkEngineOptions({ ...plain, Env: ["A=b c"], Labels: ["x=$(y)"] })).not.toThrow();
  for (const options of [{ Env: ["A"] }, { Labels: ["a\nb"] }, { ArbitraryFlags: ["a\nb"] }]) {
    expect(() => checkEngineOptions({ ...plain, ...options })).toThrow(expect.objectContaining({ code: "ENGINE_OPTION_INVALID" }));
  }
});
