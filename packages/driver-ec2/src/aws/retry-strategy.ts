import { AdaptiveRetryStrategy } from "@smithy/core/retry";

/** `InsufficientInstanceCapacity` and its like. Source: "Error codes for the Amazon EC2 API", section "Server error codes". */
const CAPACITY_CODE = /^Insufficient\w*Capacity/;

/**
 * Repeats what the SDK's adaptive mode does, but not what there is no capacity for: AWS says so with a server's error, which the SDK takes for one that is
 * over in a moment. Another zone or instance type helps sooner.
 */
export class CapacityRetryStrategy extends AdaptiveRetryStrategy {
  /** @throws Error if the request isn't to be repeated */
  override async refreshRetryTokenForRetry(...[token, failure]: Parameters<AdaptiveRetryStrategy["refreshRetryTokenForRetry"]>) {
    if (CAPACITY_CODE.test(failure.error?.name ?? "")) throw new Error("The same request finds no more capacity.");
    return super.refreshRetryTokenForRetry(token, failure);
  }
}
