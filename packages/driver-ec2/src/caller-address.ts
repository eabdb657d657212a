import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { DriverError, type Host, throwIfAborted } from "@docker-machine/driver-sdk";

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;
/** An address takes at most 45 characters. */
const LONGEST_ANSWER = 200;

/**
 * Asks a service under which public address this computer is seen. AWS's own is `https://checkip.amazonaws.com`.
 *
 * @param service answers a GET with nothing but the address
 * @param family the version of the Internet Protocol to ask over, since a computer has an address of its own for each
 * @throws {DriverError} `EC2_CALLER_ADDRESS_UNKNOWN`, `OPERATION_ABORTED`
 */
export async function callerAddress(service: string, family: 4 | 6, host: Host): Promise<string> {
  let cause: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const address = (await get(new URL(service), family, host.signal)).trim();
      if (isIP(address) === family) return address;
      throw new Error(`it answered ${JSON.stringify(address)}, which is no IPv${family} address`);
    } catch (error) {
      throwIfAborted(host.signal);
      cause = error;
      if (attempt < ATTEMPTS) await host.sleep(attempt * 500);
    }
  }
  const because = cause instanceof Error ? cause.message : String(cause);
  throw new DriverError(
    "EC2_CALLER_ADDRESS_UNKNOWN",
    `${service} doesn't tell this computer's public IPv${family} address, which alone is to be let in: ${because}.`,
    {
      cause,
      suggestions: [
        `Say who may reach SSH and Docker: --amazonec2-ingress-cidr ${family === 4 ? "203.0.113.7/32" : "2001:db8::/64"}`,
        "Ask another service: --amazonec2-address-service URL",
      ],
    },
  );
}

function get(url: URL, family: 4 | 6, signal: AbortSignal): Promise<string> {
  const request = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const options = { family, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]), agent: false as const };
    const sent = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST_ANSWER) response.destroy(new Error("its answer is too long for an address"));
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`it answered with status ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
