import { MachineError } from "../../errors.js";

const MAX_REDIRECTS = 5;

/** Where a request goes, and whether a token may go along. */
export interface Hop {
  readonly address: URL;
  /** How many redirects led here. */
  readonly redirects: number;
  /** Whether it was anywhere but the origin that the token is for. Then no token goes along any more, not even back there. */
  readonly hasLeft: boolean;
}

/** Whether a host's name is this computer's own. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "[::1]"].includes(hostname) || /^127(?:\.\d+){3}$/.test(hostname);
}

/** Whether nobody on the way can read or change what is sent. */
export function isPrivateWay({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/**
 * The first request of a chain.
 *
 * @param origin the origin that the token is for, to which the user has agreed
 * @throws {MachineError} `SOURCE_INSECURE` for another origin without encryption
 */
export function firstHop(address: URL, origin: string): Hop {
  const hasLeft = address.origin !== origin;
  if (hasLeft && !isPrivateWay(address)) throw insecure(`A file of the release is at ${address.protocol}//${address.host}`);
  return { address, redirects: 0, hasLeft };
}

/**
 * The request that a redirect asks for.
 *
 * @param origin the origin that the token is for
 * @throws {MachineError} `SOURCE_INSECURE` for an address without encryption, `SOURCE_ANSWER_INVALID` for none, or one redirect too many
 */
export function nextHop({ address, redirects, hasLeft }: Hop, location: string | undefined, origin: string): Hop {
  if (location === undefined || !URL.canParse(location, address.href)) throw lost(address, "without saying where");
  if (redirects >= MAX_REDIRECTS) throw lost(address, "again and again");
  const next = new URL(location, address);
  // Another computer has no say in what is asked of this one's servers.
  const isAllowed = isPrivateWay(next) && (next.protocol === "https:" || isLoopback(address.hostname));
  if (next.origin !== address.origin && !isAllowed) throw insecure(`${address.host} redirects to ${next.protocol}//${next.host}`);
  // A user's name and password in a redirect would be sent as a login.
  next.username = "";
  next.password = "";
  return { address: next, redirects: redirects + 1, hasLeft: hasLeft || next.origin !== origin };
}

function insecure(what: string): MachineError {
  return new MachineError("SOURCE_INSECURE", `${what}, which is not encrypted, so anyone on the way could change the driver.`, {
    suggestions: ["Tell the driver's author, or the operator of the host, that downloads must be served by https."],
  });
}

function lost({ host }: URL, how: string): MachineError {
  return new MachineError("SOURCE_ANSWER_INVALID", `${host} redirects ${how}.`, {
    suggestions: ["Open the repository in a browser, and see where it is now."],
  });
}
