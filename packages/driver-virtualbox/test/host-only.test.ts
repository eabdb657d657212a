import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { hostOnlyAddresses, parseHostOnlyCidr } from "../src/host-only-cidr.js";
import { HostOnlyNetworks } from "../src/host-only-networks.js";
import { formatIpv4Cidr, type Ipv4Cidr, parseIpv4Cidr } from "../src/ipv4.js";
import { VBoxManage } from "../src/vboxmanage.js";
import { quietComputer } from "./support/computer.js";
import { FakeVirtualBox } from "./support/fake-virtualbox.js";

const WISH = parseHostOnlyCidr("192.168.59.1/24");

function cidr(text: string): Ipv4Cidr {
  const parsed = parseIpv4Cidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function networksOf(box: FakeVirtualBox, computer = quietComputer()): HostOnlyNetworks {
  const host = new FakeHost({ run: box.run });
  return new HostOnlyNetworks(new VBoxManage(host, "VBoxManage"), host, computer);
}

describe("a host-only network", () => {
  test("is made once, with a DHCP server, and shared from then on", async () => {
    const box = new FakeVirtualBox();
    const first = await networksOf(box).ensure(WISH, { withDhcp: true });
    const second = await networksOf(box).ensure(WISH, { withDhcp: true });
    expect(second).toEqual(first);
    expect(box.interfaces.get("vboxnet0")?.address).toBe("192.168.59.1");
    expect(box.dhcpServers.get("HostInterfaceNetworking-vboxnet0")).toMatchObject({
      address: "192.168.59.2",
      lower: "192.168.59.100",
      upper: "192.168.59.254",
      isEnabled: true,
    });
    expect(box.calls.filter((call) => call === "hostonlyif create")).toHaveLength(1);
  });

  test("is at another allowed place where networks.conf doesn't allow the default", async () => {
    const box = new FakeVirtualBox();
    const { cidr: chosen } = await networksOf(box, quietComputer({ networksConf: () => "* 10.7.0.0/16\n" })).ensure(WISH, {
      withDhcp: true,
    });
    expect(formatIpv4Cidr(chosen)).toBe("10.7.0.1/24");
  });

  test("of the user's choice that networks.conf doesn't allow is refused with the line to add", async () => {
    const networks = networksOf(new FakeVirtualBox());
    await expect(networks.ensure(cidr("10.7.0.1/24"), { withDhcp: true })).rejects.toThrow("* 10.7.0.0/24");
    await expect(networks.check(cidr("10.7.0.1/24"))).rejects.toMatchObject({ code: "VIRTUALBOX_RANGE_REFUSED" });
  });

  test("may be anywhere before 6.1.28, and on Windows", async () => {
    const old = await networksOf(new FakeVirtualBox({ version: "6.1.26r145957" })).ensure(cidr("10.7.0.1/24"), { withDhcp: true });
    const windows = await networksOf(new FakeVirtualBox(), quietComputer({ platform: "win32" })).ensure(cidr("10.7.0.1/24"), {
      withDhcp: true,
    });
    expect([old, windows].map((network) => formatIpv4Cidr(network.cidr))).toEqual(["10.7.0.1/24", "10.7.0.1/24"]);
  });

  test("keeps away from the networks that the computer is in", async () => {
    const localNetworks = () => [{ name: "eth0", cidr: cidr("192.168.59.20/24") }];
    const { cidr: chosen } = await networksOf(new FakeVirtualBox(), quietComputer({ localNetworks })).ensure(WISH, { withDhcp: true });
    expect(formatIpv4Cidr(chosen)).toBe("192.168.56.1/24");
    await expect(
      networksOf(new FakeVirtualBox(), quietComputer({ localNetworks })).ensure(cidr("192.168.59.7/24"), { withDhcp: true }),
    ).rejects.toMatchObject({
      code: "VIRTUALBOX_RANGE_TAKEN",
    });
  });

  test("with two interfaces at one address is an error that names them", async () => {
    const box = new FakeVirtualBox();
    for (const name of ["vboxnet0", "vboxnet1"]) box.interfaces.set(name, { address: "192.168.59.1", netmask: "255.255.255.0" });
    await expect(networksOf(box).ensure(WISH, { withDhcp: true })).rejects.toMatchObject({
      code: "VIRTUALBOX_NETWORK_AMBIGUOUS",
      suggestions: ['VBoxManage hostonlyif remove "vboxnet1"'],
    });
  });

  test("has the wrong mask on Windows 10, and is known all the same", async () => {
    const box = new FakeVirtualBox();
    box.interfaces.set("vboxnet7", { address: "192.168.59.1", netmask: "15.0.0.0" });
    expect((await networksOf(box).ensure(WISH, { withDhcp: false })).name).toBe("vboxnet7");
  });

  test("that nobody uses is removed if docker-machine made it, and left if it didn't", async () => {
    const box = new FakeVirtualBox();
    box.interfaces.set("mine", { address: "192.168.60.1", netmask: "255.255.255.0" });
    await networksOf(box).ensure(WISH, { withDhcp: true });
    await networksOf(box).removeUnused();
    expect(box.residue()).toEqual(["host-only interface mine"]);
  });

  test("whose maker was killed is used by the next one, or removed", async () => {
    const box = new FakeVirtualBox();
    await box.run("", ["setextradata", "global", "docker-machine/hostonly-making", "none"]);
    await box.run("", ["hostonlyif", "create"]);
    await networksOf(box).ensure(WISH, { withDhcp: true });
    expect(box.interfaces.size).toBe(1);
    await box.run("", ["setextradata", "global", "docker-machine/hostonly-making", "vboxnet0"]);
    await box.run("", ["hostonlyif", "create"]);
    await networksOf(box).removeUnused();
    expect(box.residue()).toEqual([]);
  });
});

test("an interface that its killed maker had configured is adopted, and the user's next one is not", async () => {
  const box = new FakeVirtualBox();
  await box.run("", ["setextradata", "global", "docker-machine/hostonly-making", "none"]);
  box.interfaces.set("vboxnet0", { address: "192.168.59.1", netmask: "255.255.255.0" });
  await networksOf(box).ensure(WISH, { withDhcp: true });
  box.interfaces.set("mine", { address: "192.168.60.1", netmask: "255.255.255.0" });
  await networksOf(box).removeUnused();
  expect(box.residue()).toEqual(["host-only interface mine"]);
});

describe("the addresses of a host-only network", () => {
  test.each([
    ["192.168.59.1/24", "192.168.59.2", "192.168.59.100", "192.168.59.254"],
    ["192.168.59.2/24", "192.168.59.3", "192.168.59.100", "192.168.59.254"],
    ["192.168.59.100/24", "192.168.59.2", "192.168.59.101", "192.168.59.254"],
    ["10.0.0.1/16", "10.0.0.2", "10.0.100.0", "10.0.255.254"],
    ["192.168.59.17/28", "192.168.59.18", "192.168.59.22", "192.168.59.30"],
  ])("of %s leave this computer's out", (text, server, lower, upper) => {
    expect(hostOnlyAddresses(parseHostOnlyCidr(text))).toEqual({ server, lower, upper });
  });

  test.each(["192.168.59.0/24", "192.168.59.255/24", "192.168.59.1", "192.168.59.1/30", "300.1.1.1/24", "fe80::1/64"])(
    "%s is refused",
    (text) => {
      expect(() => parseHostOnlyCidr(text)).toThrow("--virtualbox-hostonly-cidr");
    },
  );
});
