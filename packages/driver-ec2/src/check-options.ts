import { DriverError } from "@docker-machine/driver-sdk";
import { parseBastion } from "./addresses.js";
import { parseIngressCidr } from "./ip-range.js";
import type { Ec2Options } from "./options.js";
import { parseOpenPort } from "./security-group-rules.js";
import { parseTags } from "./tags.js";

/**
 * Checks the forms of options, and that they fit together.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkEc2Options(options: Ec2Options): void {
  checkCredentials(options);
  checkForms(options);
  checkKeys(options);
  checkNetwork(options);
  checkPurchase(options);
}

/** One option needs another. */
function needs(flag: string, other: string, given: boolean, otherGiven: boolean): void {
  if (!given || otherGiven) return;
  throw invalid(`--amazonec2-${flag} needs --amazonec2-${other}.`, [`Add --amazonec2-${other}, or leave out --amazonec2-${flag}`]);
}

/** Two options contradict each other. */
function excludes(flag: string, other: string, given: boolean, otherGiven: boolean): void {
  if (!given || !otherGiven) return;
  throw invalid(`--amazonec2-${flag} and --amazonec2-${other} don't go together.`, [`Leave out one of them`]);
}

function checkCredentials({ accessKey, secretKey, sessionToken, profile, endpoint, insecureTransport }: Ec2Options): void {
  needs("access-key", "secret-key", isGiven(accessKey), isGiven(secretKey));
  needs("secret-key", "access-key", isGiven(secretKey), isGiven(accessKey));
  needs("session-token", "access-key", isGiven(sessionToken), isGiven(accessKey));
  excludes("profile", "access-key", isGiven(profile), isGiven(accessKey));
  needs("insecure-transport", "endpoint", insecureTransport, isGiven(endpoint));
  if (isGiven(endpoint) && !URL.canParse(/^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`)) {
    throw malformed("endpoint", endpoint, "a host name or a URL", "https://ec2.example.com");
  }
}

/** What AWS's own names look like. AWS says "malformed" of others, but only after some calls. */
const FORMS: readonly (readonly [
  keyof Ec2Options & ("ami" | "region" | "vpcId" | "zone" | "spotPrice" | "sshUser"),
  string,
  RegExp,
  string,
])[] = [
  ["ami", "ami", /^ami-[0-9a-f]{8,}$/, "ami-0123456789abcdef0"],
  ["region", "region", /^[a-z]{2,}(-[a-z]+)+-\d+$/, "eu-west-1"],
  ["vpcId", "vpc-id", /^vpc-[0-9a-f]{8,}$/, "vpc-0123456789abcdef0"],
  ["zone", "zone", /^(?:[a-z]|[a-z]{2,}(?:-[a-z0-9]+)+)$/, "a"],
  ["spotPrice", "spot-price", /^\d+(\.\d+)?$|^\.\d+$/, "0.05"],
  ["sshUser", "ssh-user", /^[a-z_][a-z0-9_.-]*$/i, "ubuntu"],
];

function checkForms(options: Ec2Options): void {
  for (const [property, flag, form, example] of FORMS) {
    const value = options[property];
    if (isGiven(value) && !form.test(value)) throw malformed(flag, value, `like ${example}`, example);
  }
  for (const type of options.instanceType) {
    if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type)) throw malformed("instance-type", type, "like t3.micro", "t3.micro");
  }
  for (const subnet of options.subnetId) {
    if (!/^subnet-[0-9a-f]{8,}$/.test(subnet))
      throw malformed("subnet-id", subnet, "like subnet-0123456789abcdef0", "subnet-0123456789abcdef0");
  }
  if (options.instanceType.length === 0) throw invalid("--amazonec2-instance-type is empty.", ["--amazonec2-instance-type t3.micro"]);
  if (!URL.canParse(options.addressService))
    throw malformed("address-service", options.addressService, "a URL", "https://checkip.amazonaws.com");
  parseTags(options.tags);
}

function checkKeys({ sshKeypath, keypairName, volumeKmsKey, kmsKey, metadataToken, httpTokens }: Ec2Options): void {
  needs("keypair-name", "ssh-keypath", isGiven(keypairName), isGiven(sshKeypath));
  excludes("volume-kms-key", "kms-key", isGiven(volumeKmsKey) && volumeKmsKey !== kmsKey, isGiven(kmsKey));
  excludes("metadata-token", "http-tokens", isGiven(metadataToken) && metadataToken !== httpTokens, isGiven(httpTokens));
}

function checkNetwork(options: Ec2Options): void {
  options.openPort.forEach(parseOpenPort);
  options.ingressCidr.forEach(parseIngressCidr);
  parseBastion(options);
  needs("bastion-ssh-keypath", "bastion", isGiven(options.bastionSshKeypath), isGiven(options.bastion));
  needs("ipv6-address-only", "ipv6-address-count", options.ipv6AddressOnly, options.ipv6AddressCount > 0);
  excludes("ipv6-address-only", "private-address-only", options.ipv6AddressOnly, options.privateAddressOnly);
}

function checkPurchase(options: Ec2Options): void {
  needs("spot-fallback", "request-spot-instance", options.spotFallback, options.requestSpotInstance);
  excludes("tenancy host", "request-spot-instance", options.tenancy === "host", options.requestSpotInstance);
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function malformed(flag: string, value: string, wanted: string, example: string): DriverError {
  return invalid(`--amazonec2-${flag} is ${JSON.stringify(value)}, but it must be ${wanted}.`, [`--amazonec2-${flag} ${example}`]);
}

function invalid(message: string, suggestions: readonly string[]): DriverError {
  return new DriverError("OPTION_INVALID", message, { suggestions });
}
