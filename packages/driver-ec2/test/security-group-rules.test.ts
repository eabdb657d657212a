import { expect, test } from "vitest";
import { describeRule, missingRules, parseOpenPort, permissionsOf, wantedRules } from "../src/security-group-rules.js";

const HERE = "203.0.113.7/32";
const options = { sshPort: 22, openPort: [] as string[], ipv6AddressCount: 0, ipv6AddressOnly: false };

test("SSH and Docker are for the sources alone, open ports for everybody", () => {
  const rules = wantedRules({ ...options, openPort: ["80", "53/udp"] }, [HERE]).map(describeRule);
  expect(rules).toEqual([`tcp 22 from ${HERE}`, `tcp 2376 from ${HERE}`, "tcp 80 from 0.0.0.0/0", "udp 53 from 0.0.0.0/0"]);
});

test("With IPv6 addresses, everybody is in both families", () => {
  const rules = wantedRules({ ...options, openPort: ["80"], ipv6AddressCount: 1 }, [HERE]).map(describeRule);
  expect(rules.slice(2)).toEqual(["tcp 80 from 0.0.0.0/0", "tcp 80 from ::/0"]);
});

test("SSH on Docker's port is one rule", () => {
  expect(wantedRules({ ...options, sshPort: 2376 }, [HERE])).toHaveLength(1);
});

test("Open ports are single ones or ranges, of TCP or UDP", () => {
  expect(parseOpenPort("8080")).toEqual({ protocol: "tcp", fromPort: 8080, toPort: 8080 });
  expect(parseOpenPort("8000-8100/UDP")).toEqual({ protocol: "udp", fromPort: 8000, toPort: 8100 });
  for (const text of ["", "0", "65536", "90-80", "80/icmp", "http", "80,81"]) {
    expect(() => parseOpenPort(text)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  }
});

test("What an existing rule covers isn't missing, whether by ports, protocol or range", () => {
  const wanted = wantedRules(options, [HERE]);
  const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.0/24" }] };
  expect(missingRules(wanted, [ssh]).map(describeRule)).toEqual([`tcp 2376 from ${HERE}`]);
  expect(missingRules(wanted, [{ ...ssh, FromPort: 1, ToPort: 65_535 }])).toEqual([]);
  expect(missingRules(wanted, [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }])).toEqual([]);
  expect(missingRules(wanted, [{ ...ssh, IpProtocol: "udp" }])).toHaveLength(2);
  expect(missingRules(wanted, [{ ...ssh, IpRanges: [{ CidrIp: "198.51.100.0/24" }] }])).toHaveLength(2);
  expect(missingRules(wanted, [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }])).toHaveLength(2);
});

test("Rules go to AWS with their family's member and say who made them", () => {
  const rules = [
    { protocol: "tcp", fromPort: 22, toPort: 22, cidr: HERE },
    { protocol: "tcp", fromPort: 22, toPort: 22, cidr: "2001:db8::/64" },
  ] as const;
  expect(permissionsOf(rules, "docker-machine dev")).toEqual([
    { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: HERE, Description: "docker-machine dev" }] },
    { IpProtocol: "tcp", FromPort: 22, ToPort: 22, Ipv6Ranges: [{ CidrIpv6: "2001:db8::/64", Description: "docker-machine dev" }] },
  ]);
});
