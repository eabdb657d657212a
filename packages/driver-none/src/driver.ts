import { BaseDriver, DriverError, type MachineStatus } from "@docker-machine/driver-sdk";
import { hostOfUrl } from "./host-of-url.js";
import type { noneOptions } from "./options.js";

/** What the driver `none` saves, as the Go program does. */
export type NoneState = {
  /** The URL's `host:port`, as the Go program saves it. */
  readonly IPAddress?: string;
  readonly URL?: string;
};

/** A Docker host somebody else made, of which only the URL is known: it can't be started, stopped or logged in to. */
export class NoneDriver extends BaseDriver<typeof noneOptions, NoneState> {
  override async create(): Promise<void> {
    const { url } = this.machine.options;
    await this.machine.persist({ IPAddress: hostOfUrl(url), URL: url });
  }

  /** Nothing was made, so there is nothing to remove. */
  override async remove(): Promise<void> {}

  /** `Running`, always: the Go program says so, and nothing but a TLS connection to Docker could tell more. */
  override async status(): Promise<MachineStatus> {
    return "Running";
  }

  override async url(): Promise<string> {
    const { URL } = this.machine.state;
    if (URL !== undefined && URL !== "" && isPrintable(URL)) return URL;
    const problem = URL === undefined || URL === "" ? "has no URL" : `has ${JSON.stringify(URL)} as its URL`;
    throw new DriverError("MACHINE_NO_ADDRESS", `The machine "${this.machine.name}" ${problem}.`, {
      suggestions: [
        `docker-machine rm ${this.machine.name}`,
        `docker-machine create -d none --url tcp://ADDRESS:2376 ${this.machine.name}`,
      ],
    });
  }
}

/** config.json may have been edited, and what stands there gets printed. */
function isPrintable(url: unknown): boolean {
  return typeof url === "string" && !/\p{Cc}/u.test(url);
}
