import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { errorOf } from "../../../../test/support/error-of.js";
import type { Seed } from "../../src/index.js";
import { seedFiles } from "../../src/seed/seed-files.js";
import { sampleSeed } from "./sample-seed.js";

async function files(seed: Partial<Seed> = {}): Promise<Record<string, string>> {
  const list = await seedFiles({ ...sampleSeed, ...seed });
  return Object.fromEntries(list.map(({ content, name }) => [name, Buffer.from(content).toString()]));
}

describe("a seed's files", () => {
  test("say who the guest is; without a network of the caller's, cloud-init finds the card itself", async () => {
    const { "meta-data": metaData, ...others } = await files({ hostname: "dev.lab" });
    expect(parse(metaData ?? "")).toEqual({ "instance-id": "i-0123", "local-hostname": "dev.lab" });
    expect(Object.keys(others)).toEqual(["user-data"]);
  });

  test("name each card by its address, and take no IPv6 that nobody asked for", async () => {
    const network = [
      { macAddress: "52:54:00:AB:cd:01", dhcp4: true },
      {
        macAddress: "52:54:00:ab:cd:02",
        addresses: ["192.168.59.10/24", "fd00::2/64"],
        routes: [
          { to: "default", via: "192.168.59.1", metric: 10 },
          { to: "default", via: "fd00::1" },
        ],
        nameservers: ["1.1.1.1", "fd00::53"],
        optional: true,
        acceptRouterAdvertisements: true,
      },
    ];
    expect(parse((await files({ network }))["network-config"] ?? "")).toEqual({
      version: 2,
      ethernets: {
        eth0: { match: { macaddress: "52:54:00:ab:cd:01" }, "set-name": "eth0", dhcp4: true, dhcp6: false, "accept-ra": false },
        eth1: {
          match: { macaddress: "52:54:00:ab:cd:02" },
          "set-name": "eth1",
          dhcp4: false,
          dhcp6: false,
          "accept-ra": true,
          addresses: ["192.168.59.10/24", "fd00::2/64"],
          routes: [
            { to: "0.0.0.0/0", via: "192.168.59.1", metric: 10 },
            { to: "::/0", via: "fd00::1" },
          ],
          nameservers: { addresses: ["1.1.1.1", "fd00::53"] },
          optional: true,
        },
      },
    });
  });

  const macAddress = "52:54:00:ab:cd:01";
  test.each<Partial<Seed>>([
    { instanceId: "" },
    { instanceId: "../x" },
    { instanceId: "a\nb" },
    { network: [{ macAddress: "eth0" }] },
    { network: [{ macAddress: "52:54:00:ab:cd:01\nx" }] },
    { network: [{ macAddress, addresses: ["192.168.59.10"] }] },
    { network: [{ macAddress, addresses: ["192.168.59.10/33"] }] },
    { network: [{ macAddress, addresses: ["fd00::1/129"] }] },
    { network: [{ macAddress, addresses: ["10.0.0.1/24/24"] }] },
    { network: [{ macAddress, nameservers: ["one.one.one.one"] }] },
    { network: [{ macAddress, routes: [{ to: "10.0.0.0", via: "10.0.0.1" }] }] },
    { network: [{ macAddress, routes: [{ to: "default", via: "gateway" }] }] },
    { network: [{ macAddress, routes: [{ to: "default", via: "10.0.0.1", metric: -1 }] }] },
  ])("are not made of %j", async (wrong) => {
    expect(await errorOf(() => files(wrong))).toMatchObject({ code: "SEED_INVALID" });
  });
});
