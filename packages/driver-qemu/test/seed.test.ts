import { resolveOptions } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";
import { guestArchitecture } from "../src/guest-architecture.js";
import { qemuOptions } from "../src/options.js";
import { seedOf } from "../src/seed.js";
import { errorOf } from "./support/error-of.ts";

const STATE = { Uuid: "00000000-0000-4000-8000-000000000000", MacAddress: "52:54:00:0a:0b:0c" };

/** What a machine with these flags is told at its first boot. */
function seedWith(flags: Readonly<Record<string, string | readonly string[]>>, state = STATE) {
  return seedOf({ machineName: "dev", options: resolveOptions(qemuOptions, { flags }), state, publicKey: "ssh-ed25519 AAAA dev" });
}

describe("what a guest is told", () => {
  test("is its name, its user with the key, and DHCP on its one network card", async () => {
    expect(await seedWith({})).toMatchObject({
      instanceId: STATE.Uuid,
      hostname: "dev",
      user: "docker",
      publicKey: "ssh-ed25519 AAAA dev",
      network: [{ macAddress: STATE.MacAddress, dhcp4: true }],
    });
  });

  test("is its fixed address, where the user has one", async () => {
    const flags = {
      "qemu-network-address": "192.0.2.10/24",
      "qemu-network-gateway": "192.0.2.1",
      "qemu-network-dns": ["192.0.2.53"],
    };
    expect((await seedWith(flags)).network).toEqual([
      {
        macAddress: STATE.MacAddress,
        addresses: ["192.0.2.10/24"],
        routes: [{ to: "default", via: "192.0.2.1" }],
        nameservers: ["192.0.2.53"],
      },
    ]);
  });

  test("has proxies only where there are some, and mounts of shared folders", async () => {
    expect(await seedWith({})).not.toHaveProperty("proxy");
    const SharedFolders = [{ Directory: "/src", Tag: "share0", GuestPath: "/src", Type: "9p" }] as const;
    const seed = await seedWith({ "qemu-https-proxy": "http://proxy.example:3128" }, { ...STATE, ...{ SharedFolders } });
    expect(seed.proxy).toEqual({ https: "http://proxy.example:3128" });
    expect(seed.mounts).toEqual([
      expect.objectContaining({ tag: "share0", path: "/src", type: "9p", options: expect.arrayContaining(["trans=virtio"]) }),
    ]);
  });

  test("can't be told from a file that is not there", async () => {
    expect(await errorOf(seedWith({ "qemu-userdata": "/does/not/exist" }))).toMatchObject({ code: "FILE_UNREADABLE" });
    expect(await errorOf(seedWith({ "qemu-ca-file": ["/does/not/exist"] }))).toMatchObject({ code: "FILE_UNREADABLE" });
  });
});

describe("a guest's architecture", () => {
  test("is the computer's, unless the user chooses", () => {
    expect(guestArchitecture({ architecture: undefined }, "x64")).toBe("amd64");
    expect(guestArchitecture({ architecture: undefined }, "arm64")).toBe("arm64");
    expect(guestArchitecture({ architecture: "arm64" }, "x64")).toBe("arm64");
    expect(guestArchitecture({ architecture: "amd64" }, "riscv64")).toBe("amd64");
  });

  test("must be chosen on a computer that no image is made for", () => {
    expect(() => guestArchitecture({ architecture: undefined }, "riscv64")).toThrow(
      expect.objectContaining({ code: "ARCHITECTURE_UNSUPPORTED" }),
    );
  });
});
