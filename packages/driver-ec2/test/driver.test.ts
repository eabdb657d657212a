import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import ec2 from "../src/index.js";
import type { Ec2State } from "../src/state.js";
import { optionsOf } from "./support/ec2-world.js";

function driverOf(flags: Record<string, string | boolean>, state: Partial<Ec2State> = {}) {
  return ec2.createDriver(new FakeMachine({ options: optionsOf(flags), directory: "/nowhere", state }), new FakeHost());
}

const state: Partial<Ec2State> = { IPAddress: "203.0.113.7", SSHUser: "ubuntu", SSHPort: 22, SSHKeyPath: "/keys/dev" };

describe("without asking AWS", () => {
  test("the login, the address and the URL are known", async () => {
    const driver = driverOf({}, state);
    expect(await driver.address()).toBe("203.0.113.7");
    expect(await driver.url()).toBe("tcp://203.0.113.7:2376");
    expect(await driver.sshEndpoint?.()).toEqual({ host: "203.0.113.7", port: 22, user: "ubuntu", privateKeyPath: "/keys/dev" });
  });

  test("an IPv6 address stands in brackets in the URL", async () => {
    expect(await driverOf({}, { ...state, IPAddress: "2001:db8::7" }).url()).toBe("tcp://[2001:db8::7]:2376");
  });

  test("a machine behind a bastion is reached through it", async () => {
    const driver = driverOf(
      { "amazonec2-bastion": "me@bastion.example.com:2222", "amazonec2-bastion-ssh-keypath": "/keys/bastion" },
      state,
    );
    expect((await driver.sshEndpoint?.())?.jump).toEqual({
      host: "bastion.example.com",
      port: 2222,
      user: "me",
      privateKeyPath: "/keys/bastion",
    });
  });

  test("a machine that was never launched is not found", async () => {
    expect(await driverOf({}).status()).toBe("NotFound");
  });
});

test("only an instance that was launched for it can be saved", () => {
  expect(driverOf({}).save).toBeUndefined();
  expect(driverOf({ "amazonec2-hibernate": true }).save).toBeDefined();
});

test("keys have no environment variable, so that those of the environment are never saved", () => {
  const keys = Object.entries(ec2.options).filter(([, spec]) => "secret" in spec);
  expect(keys.map(([property]) => property)).toEqual(["accessKey", "secretKey", "sessionToken"]);
  expect(keys.every(([, spec]) => !("env" in spec))).toBe(true);
});

test("every flag is the driver's name and its property in kebab case", () => {
  for (const [property, { flag }] of Object.entries(ec2.options)) {
    expect(flag).toBe(`amazonec2-${property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  }
});
