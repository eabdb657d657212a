import { expect, test } from "vitest";
import { parseSubnet } from "../src/subnet.js";

test("a subnet's first address is the gateway, and the last is for nobody", () => {
  const { gateway, hostAddresses } = parseSubnet("10.1.2.8/29");
  expect(gateway).toBe("10.1.2.9");
  expect(hostAddresses).toEqual(["10.1.2.10", "10.1.2.11", "10.1.2.12", "10.1.2.13", "10.1.2.14"]);
});

test("the highest addresses do not overflow", () => {
  expect(parseSubnet("255.255.240.0/20").hostAddresses.at(-1)).toBe("255.255.255.254");
});

test.each(["", "10.0.0.0", "10.0.0.0/30", "10.0.0.0/19", "10.0.0.1/24", "256.0.0.0/24", "10.0.0/24", "::/64", "10.0.0.0/24 "])(
  "%j is refused as a subnet",
  (cidr) => {
    expect(() => parseSubnet(cidr)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  },
);
