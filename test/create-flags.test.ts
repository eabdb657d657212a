import { describe, expect, it } from "vitest";
import { driverFlags } from "../src/create-flags.js";

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
