import { resolveOptions } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import type { NoneDriver, NoneState } from "../src/driver.js";
import none from "../src/index.js";
import { noneOptions } from "../src/options.js";

function driverOf(given: { readonly url?: string; readonly state?: NoneState }) {
  const machine = new FakeMachine<typeof noneOptions, NoneState>({
    // A machine of the Go program has no saved options: the host then gives empty texts.
    options: { url: given.url ?? "" },
    state: given.state ?? {},
    directory: "unused",
  });
  const driver = none.createDriver(machine, new FakeHost()) as NoneDriver;
  return { driver, machine };
}

describe("the driver none", () => {
  test("saves the address and the URL, in the Go program's order", async () => {
    const { driver, machine } = driverOf({ url: "tcp://127.0.0.1:23760" });
    await driver.create();
    expect(machine.savedJson).toBe('{"IPAddress":"127.0.0.1:23760","URL":"tcp://127.0.0.1:23760"}');
  });

  test("accepts --url none, which has no address", async () => {
    const { driver, machine } = driverOf({ url: "none" });
    await driver.create();
    expect(machine.state).toEqual({ IPAddress: "", URL: "none" });
    expect(await driver.url()).toBe("none");
    await expect(driver.address()).rejects.toMatchObject({ code: "MACHINE_NO_ADDRESS" });
  });

  test("works on a machine that the Go program saved", async () => {
    const { driver } = driverOf({ state: { IPAddress: "127.0.0.1:1", URL: "tcp://127.0.0.1:1" } });
    expect(await driver.status()).toBe("Running");
    expect(await driver.address()).toBe("127.0.0.1:1");
    expect(await driver.url()).toBe("tcp://127.0.0.1:1");
  });

  test.each([5, {}, "tcp://127.0.0.1:1\u001b[2J", "tcp://127.0.0.1:1\nrm"])("takes no URL for one that isn't: %j", async (url) => {
    const { driver } = driverOf({ state: { URL: url as string } });
    await expect(driver.url()).rejects.toMatchObject({ code: "MACHINE_NO_ADDRESS", message: expect.stringContaining(JSON.stringify(url)) });
  });

  test("can't be started, stopped, killed, restarted or logged in to", () => {
    const { driver } = driverOf({ url: "tcp://127.0.0.1:1" });
    for (const operation of ["start", "stop", "kill", "restart", "sshEndpoint"] as const) expect(driver[operation]).toBeUndefined();
  });

  test.each([{}, { url: "" }])("refuses the flags %j, before anything is made", (flags) => {
    expect(() => resolveOptions(noneOptions, { flags })).toThrow(expect.objectContaining({ message: expect.stringContaining("--url") }));
  });

  test("refuses what is no URL, before anything is made", () => {
    expect(() => none.checkOptions?.({ url: "tcp://%zz" })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });
});
