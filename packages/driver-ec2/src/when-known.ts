import type { Host } from "@docker-machine/driver-sdk";
import { isAwsCode } from "./aws/aws-error.js";
import { waitInTime } from "./wait-in-time.js";

/** How long AWS may take to know what it has just made. It promises nothing; a few seconds are usual. */
const KNOWN_WITHIN_MS = 60_000;

/**
 * Does what names something new, again for as long as AWS answers that it doesn't know it.
 * See "Eventual consistency in the Amazon EC2 API" in the EC2 developer guide.
 *
 * @param codes what AWS answers until then: `InvalidGroup.NotFound`
 * @throws {DriverError} the last {@link AwsError}
 */
export async function whenKnown<T>(host: Host, codes: readonly string[], action: () => Promise<T>): Promise<T> {
  let last: unknown;
  const attempt = async () => {
    try {
      return { value: await action() };
    } catch (error) {
      if (!isAwsCode(error, ...codes)) throw error;
      last = error;
      return undefined;
    }
  };
  const done = await waitInTime(host, attempt, { description: "AWS", timeoutMs: KNOWN_WITHIN_MS });
  if (done === undefined) throw last;
  return done.value;
}
