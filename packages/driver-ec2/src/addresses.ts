import { DriverError, type SshEndpoint } from "@docker-machine/driver-sdk";
import type { Ec2Machine } from "./machine.js";
import type { Ec2Options } from "./options.js";

const SSH_PORT = 22;

/** The addresses of an instance, as AWS tells them. */
export interface InstanceAddresses {
  readonly PublicIpAddress?: string | undefined;
  readonly PrivateIpAddress?: string | undefined;
  readonly Ipv6Address?: string | undefined;
  readonly NetworkInterfaces?:
    | readonly { readonly Ipv6Addresses?: readonly { readonly Ipv6Address?: string | undefined }[] | undefined }[]
    | undefined;
}

/** Which of its addresses an instance is reached at. */
export type AddressKind = "public" | "private" | "IPv6";

/** Which address the machine's options wish, or what the Go program saved of them. A bastion is inside: it takes the private one. */
export function addressKind({ options, state }: Pick<Ec2Machine, "options" | "state">): AddressKind {
  if (options.ipv6AddressOnly || state.Ipv6AddressOnly === true) return "IPv6";
  const isPrivate = options.privateAddressOnly || options.usePrivateAddress || parseBastion(options) !== undefined;
  return isPrivate || state.PrivateIPOnly === true || state.UsePrivateIP === true ? "private" : "public";
}

/** The address of that kind; `undefined` while the instance has none. */
export function addressOf(instance: InstanceAddresses, kind: AddressKind): string | undefined {
  switch (kind) {
    case "IPv6":
      return instance.Ipv6Address ?? instance.NetworkInterfaces?.[0]?.Ipv6Addresses?.[0]?.Ipv6Address;
    case "private":
      return instance.PrivateIpAddress;
    case "public":
      return instance.PublicIpAddress;
  }
}

/**
 * Reads `--amazonec2-bastion`: `USER@HOST[:PORT]`, with brackets around an IPv6 address that has a port.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseBastion({ bastion, bastionSshKeypath }: Pick<Ec2Options, "bastion" | "bastionSshKeypath">): SshEndpoint | undefined {
  if (bastion === undefined || bastion === "") return undefined;
  const match = /^(?<user>[^@\s:/-][^@\s:/]*)@(?:\[(?<address>[0-9a-f:.]+)\]|(?<host>[a-z0-9_][a-z0-9_.-]*))(?::(?<port>\d{1,5}))?$/i.exec(
    bastion,
  );
  const { user, address, host = address, port } = match?.groups ?? {};
  const portNumber = port === undefined ? SSH_PORT : Number(port);
  // As URLs have it. node:net, which has a function for it, takes longer to load than all that `ip` does.
  const isAddressRight = address === undefined || URL.canParse(`ssh://[${address}]`);
  if (user === undefined || host === undefined || !isAddressRight || portNumber < 1 || portNumber > 65_535) {
    throw new DriverError("OPTION_INVALID", `--amazonec2-bastion is ${JSON.stringify(bastion)}, but it must be USER@HOST[:PORT].`, {
      suggestions: ["--amazonec2-bastion ec2-user@bastion.example.com", "--amazonec2-bastion ec2-user@203.0.113.7:2222"],
    });
  }
  const key = bastionSshKeypath === undefined || bastionSshKeypath === "" ? {} : { privateKeyPath: bastionSshKeypath };
  return { host, port: portNumber, user, ...key };
}
