import type { IpPermission } from "@aws-sdk/client-ec2";
import { DOCKER_TLS_PORT, DriverError } from "@docker-machine/driver-sdk";
import { containsRange, EVERYBODY, isIpv6Range } from "./ip-range.js";
import type { Ec2Options } from "./options.js";

/** Ports that are open to a range of addresses. */
export interface IngressRule {
  readonly protocol: "tcp" | "udp";
  readonly fromPort: number;
  readonly toPort: number;
  /** `203.0.113.7/32` */
  readonly cidr: string;
}

/** Ports, whoever may reach them. */
type OpenPorts = Omit<IngressRule, "cidr">;

/**
 * Reads one `--amazonec2-open-port`: `8080`, `8080/udp`, `8000-8100` or `8000-8100/tcp`.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseOpenPort(text: string): OpenPorts {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/i.exec(text.trim());
  const fromPort = Number(match?.[1]);
  const toPort = Number(match?.[2] ?? match?.[1]);
  if (match === null || fromPort < 1 || toPort > 65_535 || toPort < fromPort) {
    throw new DriverError(
      "OPTION_INVALID",
      `--amazonec2-open-port is ${JSON.stringify(text)}, but it must be a port, or a range of ports.`,
      {
        suggestions: ["--amazonec2-open-port 8080", "--amazonec2-open-port 8000-8100/udp"],
      },
    );
  }
  return { protocol: match[3]?.toLowerCase() === "udp" ? "udp" : "tcp", fromPort, toPort };
}

/** The ports that docker-machine itself needs. */
export function ownPorts(options: Pick<Ec2Options, "sshPort">): readonly OpenPorts[] {
  const ports = [...new Set([options.sshPort, DOCKER_TLS_PORT])];
  return ports.map((port) => ({ protocol: "tcp", fromPort: port, toPort: port }));
}

/**
 * What a group of ours must let in: SSH and Docker from `sources` alone, and from everybody what `--amazonec2-open-port` names, since that is its purpose.
 *
 * @param sources ranges of addresses
 * @throws {DriverError} `OPTION_INVALID`
 */
export function wantedRules(
  options: Pick<Ec2Options, "sshPort" | "openPort" | "ipv6AddressCount" | "ipv6AddressOnly">,
  sources: readonly string[],
): readonly IngressRule[] {
  const everybody = options.ipv6AddressCount > 0 || options.ipv6AddressOnly ? [EVERYBODY[4], EVERYBODY[6]] : [EVERYBODY[4]];
  const open = options.openPort.map(parseOpenPort);
  return [
    ...ownPorts(options).flatMap((ports) => sources.map((cidr) => ({ ...ports, cidr }))),
    ...open.flatMap((ports) => everybody.map((cidr) => ({ ...ports, cidr }))),
  ];
}

/** Those of the wanted rules that no existing one covers. */
export function missingRules(wanted: readonly IngressRule[], existing: readonly IpPermission[]): readonly IngressRule[] {
  return wanted.filter((rule) => !existing.some((permission) => covers(permission, rule)));
}

/** Whether there are rules that name no addresses but other groups or prefix lists: whom they let in can't be told from here. */
export function namesOtherSources(permissions: readonly IpPermission[]): boolean {
  return permissions.some(({ PrefixListIds = [], UserIdGroupPairs = [] }) => PrefixListIds.length + UserIdGroupPairs.length > 0);
}

/** The rules as AWS takes them. */
export function permissionsOf(rules: readonly IngressRule[], description: string): IpPermission[] {
  return rules.map(({ protocol, fromPort, toPort, cidr }) => ({
    IpProtocol: protocol,
    FromPort: fromPort,
    ToPort: toPort,
    ...(isIpv6Range(cidr)
      ? { Ipv6Ranges: [{ CidrIpv6: cidr, Description: description }] }
      : { IpRanges: [{ CidrIp: cidr, Description: description }] }),
  }));
}

/** A rule for people: `tcp 2376 from 203.0.113.7/32`. */
export function describeRule({ protocol, fromPort, toPort, cidr }: IngressRule): string {
  return `${protocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`} from ${cidr}`;
}

/** Protocol `-1` is all of them, on all ports. */
function covers(permission: IpPermission, rule: IngressRule): boolean {
  const { IpProtocol, FromPort = 0, ToPort = 65_535, IpRanges = [], Ipv6Ranges = [] } = permission;
  const isOnPorts = IpProtocol === rule.protocol && FromPort <= rule.fromPort && ToPort >= rule.toPort;
  if (IpProtocol !== "-1" && !isOnPorts) return false;
  const ranges = [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)];
  return ranges.some((range) => range !== undefined && containsRange(range, rule.cidr));
}
