import { BaseDriver, type CommonState, dockerUrl, type MachineStatus } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";

class PlainDriver extends BaseDriver<Record<never, never>, CommonState> {
  override async create(): Promise<void> {}
  override async remove(): Promise<void> {}
  override async status(): Promise<MachineStatus> {
    return "Running";
  }
  override async sshEndpoint() {
    return this.sshEndpointFromState();
  }
}

function driverWith(state: CommonState): PlainDriver {
  return new PlainDriver(new FakeMachine({ options: {}, directory: "unused", state }), new FakeHost());
}

describe("a driver's defaults", () => {
  test("are the address in its state, and Docker's port there", async () => {
    const driver = driverWith({ IPAddress: "192.0.2.1" });
    expect(await driver.address()).toBe("192.0.2.1");
    expect(await driver.url()).toBe("tcp://192.0.2.1:2376");
    expect(await driver.enginePort()).toBe(2376);
  });

  test("have Docker listen on the port of the URL", async () => {
    class ElsewhereDriver extends PlainDriver {
      override async url(): Promise<string> {
        return "tcp://192.0.2.1:12376";
      }
    }
    const driver = new ElsewhereDriver(new FakeMachine({ options: {}, directory: "unused", state: {} }), new FakeHost());
    expect(await driver.enginePort()).toBe(12376);
  });

  test.each([{}, { IPAddress: "" }])("say that there is no address while the state is %j", async (state) => {
    const driver = driverWith(state);
    for (const question of [driver.address(), driver.url(), driver.sshEndpoint()]) {
      await expect(question).rejects.toMatchObject({ code: "MACHINE_NO_ADDRESS", message: expect.stringContaining('"dev"') });
    }
  });

  test("log in as the state says", async () => {
    const driver = driverWith({ IPAddress: "::1", SSHUser: "deb", SSHPort: 2222, SSHKeyPath: "/k" });
    expect(await driver.sshEndpoint()).toEqual({ host: "::1", port: 2222, user: "deb", privateKeyPath: "/k" });
  });

  test("log in as root on port 22 where the state holds the Go program's empty values", async () => {
    const driver = driverWith({ IPAddress: "192.0.2.1", SSHUser: "", SSHPort: 0, SSHKeyPath: "" });
    expect(await driver.sshEndpoint()).toEqual({ host: "192.0.2.1", port: 22, user: "root" });
  });
});

test("a URL has brackets around an IPv6 address", () => {
  expect(dockerUrl("2001:db8::1", 2376)).toBe("tcp://[2001:db8::1]:2376");
  expect(dockerUrl("host.example.org", 1)).toBe("tcp://host.example.org:1");
});
