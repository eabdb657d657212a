import { describe, expect, test } from "vitest";
import { addressInLeases, addressOfNeighbour, addressOnConsole } from "../src/guest-address.js";

const MAC = "52:54:00:0a:0b:0c";

describe("a guest's address", () => {
  // The form is that of cloud-init's netinfo.py, `netdev_pformat`; the prefix is that of the kernel's console and journald's forwarding.
  const table = [
    "[   12.1] cloud-init[432]: ci-info: +++++++++++++++++++Net device info++++++++++++++++++++",
    "[   12.1] cloud-init[432]: ci-info: | Device |  Up  |  Address   |      Mask     | Scope  |     Hw-Address    |",
    "[   12.1] cloud-init[432]: ci-info: | ens3 | True |          192.0.2.7           | 255.255.255.0 | global | 52:54:00:0a:0b:0c |",
    "[   12.1] cloud-init[432]: ci-info: | ens3 | True | fe80::5054:ff:fe0a:b0c/64    |       .       |  link  | 52:54:00:0a:0b:0c |",
    "[   12.1] cloud-init[432]: ci-info: | ens4 | True |          192.0.2.8           | 255.255.255.0 | global | 52:54:00:0a:0b:0d |",
    "[   12.1] cloud-init[432]: ci-info: |  lo  | True |          127.0.0.1           |   255.0.0.0   |  host  |         .         |",
  ].join("\r\n");

  test("is read from cloud-init's table on the console", () => {
    expect(addressOnConsole(table, MAC)).toBe("192.0.2.7");
  });

  test("is the one that was printed last", () => {
    expect(addressOnConsole(`${table}\r\n${table.replace("192.0.2.7 ", "192.0.2.99")}`, MAC)).toBe("192.0.2.99");
  });

  test("is unknown while the card is down, or has another hardware address", () => {
    expect(addressOnConsole(table.replaceAll("True", "False"), MAC)).toBeUndefined();
    expect(addressOnConsole(table, "52:54:00:00:00:01")).toBeUndefined();
  });

  test("is read from the tables of neighbours of Linux, macOS and Windows", () => {
    expect(
      addressOfNeighbour("192.0.2.6 dev br0 lladdr 52:54:00:0a:0b:0d STALE\n192.0.2.7 dev br0 lladdr 52:54:00:0a:0b:0c REACHABLE\n", MAC),
    ).toBe("192.0.2.7");
    expect(addressOfNeighbour("192.0.2.7 dev br0  FAILED\n192.0.2.8 dev br0 lladdr 52:54:00:0a:0b:0c FAILED\n", MAC)).toBeUndefined();
    expect(addressOfNeighbour("? (192.168.64.3) at 52:54:0:a:b:c on bridge100 ifscope [bridge]\n", MAC)).toBe("192.168.64.3");
    expect(addressOfNeighbour("  192.0.2.7             52-54-00-0a-0b-0c     dynamic   \r\n", MAC)).toBe("192.0.2.7");
  });

  test("is read from macOS's list of leases", () => {
    const leases =
      "{\n\tname=dev\n\tip_address=192.168.64.3\n\thw_address=1,52:54:0:a:b:c\n\tidentifier=1,52:54:0:a:b:c\n\tlease=0x65\n}\n";
    expect(addressInLeases(leases, MAC)).toBe("192.168.64.3");
    expect(addressInLeases(leases, "52:54:00:00:00:01")).toBeUndefined();
  });
});
