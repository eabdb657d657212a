import { describe, expect, it } from "vitest";
import { driverFlags, driverInArgv, withoutSwitchValues } from "../src/create-flags.js";

describe("driverFlags", () => {
  it.each(["engine-label", "tls-san", "storage-path", "driver", "github-api-token"])(
    "lets no driver take --%s from docker-machine",
    (flag) => {
      const options = { clash: { type: "string", flag, usage: "A clash" } } as const;
      expect(() => driverFlags({ name: "acme", options })).toThrow(
        expect.objectContaining({ code: "DRIVER_EXPORT_INVALID", message: expect.stringContaining(`--${flag}`) }),
      );
    },
  );

  it("makes a flag of each option", () => {
    const options = {
      size: { type: "integer", flag: "acme-size", usage: "Size" },
      fast: { type: "boolean", flag: "acme-fast", usage: "Fast" },
    } as const;
    expect(Object.keys(driverFlags({ name: "acme", options }))).toEqual(["acme-size", "acme-fast"]);
  });
});

it.each([
  [["-d", "none", "dev"], {}, "none"],
  [["dev", "--driver=github.com/o/r"], {}, "github.com/o/r"],
  [["--driver", "npm:x", "dev"], {}, "npm:x"],
  [["-dnone", "dev"], {}, "none"],
  [["dev"], { MACHINE_DRIVER: "generic" }, "generic"],
  [["dev", "--", "-d", "x"], {}, undefined],
  [["dev"], { MACHINE_DRIVER: "" }, undefined],
])("the driver of %j is found before its flags are known", (argv, env, expected) => {
  expect(driverInArgv(argv, env)).toBe(expected);
});

it("a switch may be written with a value, as programs do", () => {
  const argv = ["--swarm=true", "--swarm-master=false", "--engine-label=a=b", "dev"];
  expect(withoutSwitchValues(argv, ["swarm", "swarm-master"])).toEqual(["--swarm", "--engine-label=a=b", "dev"]);
});
