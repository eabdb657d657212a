import { describe, expect, test } from "vitest";
import { checkEc2Options } from "../src/check-options.js";
import { optionsOf } from "./support/ec2-world.js";

type Flags = Readonly<Record<string, string | boolean | readonly string[]>>;

function check(flags: Flags): void {
  const entries = Object.entries(flags).map(([flag, value]) => [`amazonec2-${flag}`, value] as const);
  checkEc2Options(optionsOf(Object.fromEntries(entries)));
}

describe("options that are taken", () => {
  test.each<Flags>([
    {},
    { zone: "b" },
    { zone: "us-west-2-lax-1a" },
    { region: "us-gov-west-1" },
    { "instance-type": ["u-6tb1.56xlarge", "mac2-m2.metal"] },
    { "access-key": "a", "secret-key": "b", "session-token": "c" },
    { endpoint: "localhost:4566", "insecure-transport": true },
    { endpoint: "http://localhost:4566" },
    { "spot-price": "0.50" },
    { "request-spot-instance": true, "spot-price": "", "block-duration-minutes": "60" },
    { "keypair-name": "mine", "ssh-keypath": "/keys/mine" },
    { "volume-kms-key": "alias/mine", "kms-key": "alias/mine" },
    { "ipv6-address-only": true, "ipv6-address-count": "1" },
  ])("%j", (flags) => {
    expect(() => check(flags)).not.toThrow();
  });
});

describe("options that are refused, by name", () => {
  test.each<[Flags, string]>([
    [{ zone: "1" }, "--amazonec2-zone"],
    [{ region: "Frankfurt" }, "--amazonec2-region"],
    [{ ami: "ubuntu" }, "--amazonec2-ami"],
    [{ "vpc-id": "default" }, "--amazonec2-vpc-id"],
    [{ "subnet-id": ["subnet-0123456789abcdef0", "b"] }, "--amazonec2-subnet-id"],
    [{ "instance-type": "micro" }, "--amazonec2-instance-type"],
    [{ "access-key": "a" }, "--amazonec2-secret-key"],
    [{ "secret-key": "a" }, "--amazonec2-access-key"],
    [{ "access-key": "a", "secret-key": "b", profile: "c" }, "--amazonec2-profile"],
    [{ "insecure-transport": true }, "--amazonec2-endpoint"],
    [{ endpoint: "https://" }, "--amazonec2-endpoint"],
    [{ "spot-price": "cheap" }, "--amazonec2-spot-price"],
    [{ "spot-fallback": true }, "--amazonec2-request-spot-instance"],
    [{ "keypair-name": "mine" }, "--amazonec2-ssh-keypath"],
    [{ "volume-kms-key": "a", "kms-key": "b" }, "--amazonec2-kms-key"],
    [{ "metadata-token": "optional", "http-tokens": "required" }, "--amazonec2-http-tokens"],
    [{ "open-port": ["ssh"] }, "--amazonec2-open-port"],
    [{ "ingress-cidr": ["home"] }, "--amazonec2-ingress-cidr"],
    [{ "bastion-ssh-keypath": "/key" }, "--amazonec2-bastion"],
    [{ "ipv6-address-only": true }, "--amazonec2-ipv6-address-count"],
    [{ tags: "one" }, "--amazonec2-tags"],
    [{ "address-service": "checkip" }, "--amazonec2-address-service"],
  ])("%j", (flags, named) => {
    expect(() => check(flags)).toThrow(named);
  });

  test("the secret key is not shown", () => {
    expect(() => check({ "secret-key": "wJalrXUt" })).not.toThrow("wJalrXUt");
  });
});
