import { isDriverError, type WaitForOptions, type WaitHost, waitFor } from "@docker-machine/driver-sdk";

/** Like {@link waitFor}, for what may also take longer: `undefined` when the time is over. */
export async function waitInTime<T>(
  host: WaitHost,
  probe: () => Promise<T | undefined | false>,
  options: Omit<WaitForOptions, "timeoutCode">,
): Promise<T | undefined> {
  try {
    return await waitFor(host, probe, { ...options, timeoutCode: "WAIT_TIMEOUT" });
  } catch (error) {
    if (isDriverError(error) && error.code === "WAIT_TIMEOUT") return undefined;
    throw error;
  }
}
