import { describe, expect, test } from "vitest";
import { formatIpv4Cidr } from "../src/ipv4.js";
import { parseDhcpLease } from "../src/output/dhcp-lease.js";
import { parseDhcpServers } from "../src/output/dhcp-servers.js";
import { parseExtraData } from "../src/output/extra-data.js";
import { parseCreatedInterface, parseHostOnlyInterfaces } from "../src/output/host-only-interfaces.js";
import { parseHostOnlyNets } from "../src/output/host-only-nets.js";
import { addressOfCard } from "../src/output/ip-addr.js";
import { parseMedia } from "../src/output/media.js";
import { allowedRanges } from "../src/output/networks-conf.js";
import { parseRouteTable } from "../src/output/route-table.js";
import { isAtLeast, parseVersion } from "../src/output/version.js";
import { parseVmInfo } from "../src/output/vm-info.js";
import { parseVmUuids } from "../src/output/vm-list.js";
import * as recorded from "./support/recordings.js";

describe("what VBoxManage printed on real computers is read", () => {
  test("host-only interfaces", () => {
    expect(parseHostOnlyInterfaces(recorded.HOST_ONLY_INTERFACES)).toEqual([
      { name: "vboxnet0", address: "192.168.99.1", netmask: "255.255.255.0", networkName: "HostInterfaceNetworking-vboxnet0" },
      { name: "vboxnet1", address: "192.168.99.1", netmask: "255.255.255.0", networkName: "HostInterfaceNetworking-vboxnet1" },
    ]);
    expect(parseHostOnlyInterfaces("")).toEqual([]);
  });

  test("the interface that was created, on Linux and on Windows", () => {
    expect(parseCreatedInterface("0%...10%...100%\nInterface 'vboxnet0' was successfully created\n")).toBe("vboxnet0");
    const windows = "VirtualBox Host-Only Ethernet Adapter #2";
    expect(parseCreatedInterface(`0%...100%\r\nInterface '${windows}' was successfully created\r\n`)).toBe(windows);
  });

  test("host-only networks of macOS, though blank lines stand inside of them", () => {
    expect(parseHostOnlyNets(recorded.HOST_ONLY_NETS).map(({ name, isEnabled, lower }) => ({ name, isEnabled, lower }))).toEqual([
      { name: "vagrantnet-vbox1", isEnabled: true, lower: "192.168.61.0" },
      { name: "vagrantnet-vbox2", isEnabled: true, lower: "192.168.22.0" },
    ]);
  });

  test("DHCP servers, of VirtualBox 6.1 and of 5", () => {
    const [first, second] = parseDhcpServers(recorded.DHCP_SERVERS);
    expect(first).toEqual({
      networkName: "HostInterfaceNetworking-vboxnet0",
      address: "192.168.56.1",
      lower: "192.168.56.101",
      upper: "192.168.56.104",
      netmask: "255.255.255.0",
      isEnabled: true,
    });
    expect(second?.isEnabled).toBe(false);
    const old =
      "NetworkName:    HostInterfaceNetworking-vboxnet0\nIP:             192.168.99.6\nNetworkMask:    255.255.255.0\nlowerIPAddress: 192.168.99.100\nupperIPAddress: 192.168.99.254\nEnabled:        Yes\n";
    expect(parseDhcpServers(old)[0]).toMatchObject({ address: "192.168.99.6", lower: "192.168.99.100", upper: "192.168.99.254" });
  });

  test("a lease, unless it is over", () => {
    expect(parseDhcpLease(recorded.DHCP_LEASE)).toEqual({ address: "192.168.56.112", issuedAt: 1640124954 });
    expect(parseDhcpLease(recorded.DHCP_LEASE.replace("acked", "expired"))).toBeUndefined();
    expect(parseDhcpLease("")).toBeUndefined();
  });

  test("disks", () => {
    expect(parseMedia(recorded.DISK)).toEqual([
      {
        uuid: "acbb4ffc-0580-40d6-8627-3ed24cd0beff",
        location: "/Users/lvkai/VirtualBox VMs/dev_default_1531796361866_92956/centos-vm-disk1.vmdk",
      },
      { uuid: "36524650-f833-4cbd-ac82-899603ae2f4c", location: "C:\\Users\\YOURNAME\\VirtualBox VMs\\Win10\\Win10.vdi" },
    ]);
  });

  test("versions, also after a warning", () => {
    expect(parseVersion("7.0.12r159484\n")).toEqual({ major: 7, minor: 0, patch: 12 });
    expect(parseVersion("6.1.38_Debianr153438\n")).toEqual({ major: 6, minor: 1, patch: 38 });
    expect(parseVersion(recorded.VERSION_WITH_WARNING)).toEqual({ major: 6, minor: 0, patch: 10 });
    expect(parseVersion("command not found")).toBeUndefined();
    expect(isAtLeast({ major: 6, minor: 1, patch: 28 }, 6, 1, 28)).toBe(true);
    expect(isAtLeast({ major: 6, minor: 1, patch: 9 }, 6, 1, 28)).toBe(false);
    expect(isAtLeast({ major: 7, minor: 0, patch: 0 }, 6, 1, 28)).toBe(true);
  });

  test("a virtual machine", () => {
    const info = parseVmInfo(recorded.VM);
    expect(info).toMatchObject({ uuid: "a153957c-e43f-4dd2-8512-f51d42dee3d3", state: "poweroff", hostOnly: undefined });
    expect(info.storageControllers).toEqual(["IDE Controller", "SATA Controller"]);
    expect(info.field("SATA Controller-0-0")).toBe("/virtual/machines/ubuntu/Snapshots/{1c182745-4b09-41a1-a147-d3ced46f72f6}.vmdk");
    expect(info.field("memory")).toBe("1024");
    expect(parseVmInfo(recorded.WINDOWS_DISK_FIELD).field("SATA Controller-0-0")).toBe("C:\\VMs\\VM1\\VM1.vdi");
  });

  test("the host-only card of a virtual machine, on an interface and on a network of macOS", () => {
    const info = parseVmInfo(recorded.VM_WITH_HOST_ONLY_NET);
    expect(info.hostOnly).toEqual({ slot: 2, network: "vagrantnet-vbox1", macAddress: "080027fbc15b" });
    expect(info.forwards).toEqual(new Map([["ssh", 2222]]));
    const classic = parseVmInfo(`hostonlyadapter2="vboxnet0"\nmacaddress2="080027EE2590"\nnic2="hostonly"\n`);
    expect(classic.hostOnly).toEqual({ slot: 2, network: "vboxnet0", macAddress: "080027ee2590" });
  });

  test("a virtual machine whose settings can't be read", () => {
    expect(parseVmInfo(`name="<inaccessible>"\n`)).toMatchObject({ name: "<inaccessible>", state: "", uuid: "" });
  });

  test("the list of virtual machines, though a name holds braces", () => {
    const text = '"My {VM}" {10bc36ea-19bd-4768-b2dd-b61aa60de2eb}\n"<inaccessible>" {8e6277b9-72b9-4e35-ba9c-46cf2b24fe87}\n';
    expect(parseVmUuids(text)).toEqual(["10bc36ea-19bd-4768-b2dd-b61aa60de2eb", "8e6277b9-72b9-4e35-ba9c-46cf2b24fe87"]);
  });

  test("extra data", () => {
    expect(parseExtraData(recorded.EXTRA_DATA).get("GUI/LastGuestSizeHint")).toBe("640,480");
  });

  test("the guest's addresses, by the card", () => {
    expect(addressOfCard(recorded.IP_ADDR, "080027289798")).toBe("192.168.99.100");
    expect(addressOfCard(recorded.IP_ADDR, "08:00:27:E0:08:C4")).toBe("10.0.2.15");
    expect(addressOfCard(recorded.IP_ADDR, "0800270000ff")).toBeUndefined();
  });
});

describe("/etc/vbox/networks.conf", () => {
  const ranges = (text: string | undefined) => allowedRanges(text).map(formatIpv4Cidr);

  test("allows VirtualBox's own range where it is missing, and nothing where it is empty", () => {
    expect(ranges(undefined)).toEqual(["192.168.56.0/21"]);
    expect(ranges("")).toEqual([]);
  });

  // The example of VirtualBox's manual, chapter "Host-Only Networking".
  test("allows the ranges of its starred lines", () => {
    expect(ranges("* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n")).toEqual(["10.0.0.0/8", "192.168.0.0/16"]);
    expect(ranges("# all\n  * 0.0.0.0/0 ::/0 # really\n10.0.0.0/8\n")).toEqual(["0.0.0.0/0"]);
  });
});

test("what Linux's routing table says of networks is read: those without a gateway, with a carrier or without, but no default route", () => {
  const rows = [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "wg0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0",
    "tun0\t0000400A\t0100080A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "vboxnet0\t003EA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
  ];
  const networks = parseRouteTable(`${rows.join("   \n")}\n`).map(({ name, cidr }) => ({ name, cidr: formatIpv4Cidr(cidr) }));
  expect(networks).toEqual([{ name: "vboxnet0", cidr: "192.168.62.0/24" }]);
  expect(parseRouteTable("")).toEqual([]);
});
