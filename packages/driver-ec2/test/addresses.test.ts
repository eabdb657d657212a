import { describe, expect, test } from "vitest";
import { addressKind, addressOf, parseBastion } from "../src/addresses.js";
import { optionsOf } from "./support/ec2-world.js";

const instance = {
  PublicIpAddress: "203.0.113.7",
  PrivateIpAddress: "10.0.0.7",
  NetworkInterfaces: [{ Ipv6Addresses: [{ Ipv6Address: "2001:db8::7" }] }],
};

function kindOf(flags: Record<string, string | boolean>, state = {}) {
  return addressKind({ options: optionsOf(flags), state });
}

describe("an instance's address", () => {
  test("is the public one, unless the options wish another", () => {
    expect(kindOf({})).toBe("public");
    expect(kindOf({ "amazonec2-private-address-only": true })).toBe("private");
    expect(kindOf({ "amazonec2-use-private-address": true })).toBe("private");
    expect(kindOf({ "amazonec2-bastion": "me@bastion" })).toBe("private");
    expect(kindOf({ "amazonec2-ipv6-address-only": true, "amazonec2-bastion": "me@bastion" })).toBe("IPv6");
  });

  test("is what the Go program wished, for machines that it made", () => {
    expect(kindOf({}, { UsePrivateIP: true })).toBe("private");
    expect(kindOf({}, { PrivateIPOnly: true })).toBe("private");
    expect(kindOf({}, { UsePrivateIP: false, PrivateIPOnly: false })).toBe("public");
  });

  test("is found in AWS's answer", () => {
    expect(addressOf(instance, "public")).toBe("203.0.113.7");
    expect(addressOf(instance, "private")).toBe("10.0.0.7");
    expect(addressOf(instance, "IPv6")).toBe("2001:db8::7");
    expect(addressOf({}, "IPv6")).toBeUndefined();
  });
});

describe("a bastion", () => {
  test.each([
    ["ec2-user@bastion.example.com", { user: "ec2-user", host: "bastion.example.com", port: 22 }],
    ["ec2-user@203.0.113.7:2222", { user: "ec2-user", host: "203.0.113.7", port: 2222 }],
    ["ec2-user@[2001:db8::1]:2222", { user: "ec2-user", host: "2001:db8::1", port: 2222 }],
    ["ec2-user@[2001:db8::1]", { user: "ec2-user", host: "2001:db8::1", port: 22 }],
  ])("%s is understood", (bastion, endpoint) => {
    expect(parseBastion({ bastion, bastionSshKeypath: undefined })).toEqual(endpoint);
  });

  test("that is empty is none", () => {
    expect(parseBastion({ bastion: "", bastionSshKeypath: undefined })).toBeUndefined();
    expect(kindOf({ "amazonec2-bastion": "" })).toBe("public");
  });

  test("may have a key", () => {
    expect(parseBastion({ bastion: "me@host", bastionSshKeypath: "/keys/bastion" })?.privateKeyPath).toBe("/keys/bastion");
  });

  test.each([
    "host",
    "me@",
    "@host",
    "me@host:",
    "me@host:0",
    "me@host:65536",
    "-oProxyCommand=x@host",
    "me@-oProxyCommand",
    "me@[host]:22",
    "a b@host",
  ])("%j is refused", (bastion) => {
    expect(() => parseBastion({ bastion, bastionSshKeypath: undefined })).toThrow("--amazonec2-bastion");
  });
});
