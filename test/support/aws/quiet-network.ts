import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseSubnet, type Subnet } from "../../../examples/docker-machine-driver-nspawn/src/subnet.js";

const run = promisify(execFile);
/** RFC 2544 keeps 198.18.0.0/15 for tests of networks: no other computer has an address of it. */
const PUBLIC = "198.18";
const PRIVATE = "198.19";
const NETWORKS = 256;
/** Before the main table, which is at 32766. */
const RULE_PRIORITY = "19800";

/** Addresses for hosts that no interface and no route of this computer has. */
export class QuietNetwork {
  /** The first address is this computer's. */
  readonly subnet: Subnet;
  readonly #privateSubnet: Subnet;
  #addressCount = 0;
  #privateCount = 0;

  private constructor(third: number) {
    this.subnet = parseSubnet(`${PUBLIC}.${third}.0/24`);
    this.#privateSubnet = parseSubnet(`${PRIVATE}.${third}.0/24`);
  }

  /** Processes that look at the same time begin at different places. */
  static async find(): Promise<QuietNetwork> {
    const outputs = await Promise.all([run("ip", ["-4", "route", "show", "table", "all"]), run("ip", ["-4", "rule"])]);
    const routes = outputs.map(({ stdout }) => stdout).join("\n");
    const thirds = Array.from({ length: NETWORKS }, (_, index) => (process.pid + index) % NETWORKS);
    const third = thirds.find((each) => [PUBLIC, PRIVATE].every((range) => !routes.includes(`${range}.${each}.`)));
    if (third === undefined) throw new Error(`All networks in ${PUBLIC}.0.0/16 and ${PRIVATE}.0.0/16 have routes on this computer.`);
    return new QuietNetwork(third);
  }

  /** The routing rule by which this computer's programs can't reach private addresses, though hosts can by way of it: theirs are inside of a VPC. */
  get rule(): readonly string[] {
    return ["iif", "lo", "to", this.#privateSubnet.cidr, "unreachable", "priority", RULE_PRIORITY];
  }

  /** What all public addresses begin with: `198.18.7.`. */
  get prefix(): string {
    return this.subnet.gateway.replace(/\d+$/, "");
  }

  /** One that was never given before. */
  nextAddress(): string {
    return given(this.subnet.hostAddresses[this.#addressCount++]);
  }

  /** One that was never given before. */
  nextPrivateAddress(): string {
    return given(this.#privateSubnet.hostAddresses[this.#privateCount++]);
  }
}

function given(address: string | undefined): string {
  if (address === undefined) throw new Error("All addresses of the network were given.");
  return address;
}
