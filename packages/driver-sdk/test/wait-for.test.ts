import { DriverError, throwIfAborted, waitFor } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";

const MINUTE_MS = 60_000;
const options = { description: "SSH on 10.0.0.5:22", timeoutMs: MINUTE_MS };

/** A probe that answers what it is given, in order, and then the last for ever. */
function probeOf<T>(...answers: readonly (() => T)[]) {
  let calls = 0;
  const probe = async (): Promise<T> => {
    const answer = answers[Math.min(calls, answers.length - 1)];
    calls += 1;
    if (answer === undefined) throw new Error("a probe needs an answer");
    return answer();
  };
  return { probe, calls: () => calls };
}

const no = () => undefined;
const yes = () => "yes";
const refuse = () => {
  throw new Error("connection refused");
};

describe("waitFor", () => {
  test("returns at once what the first try finds", async () => {
    const host = new FakeHost();
    expect(await waitFor(host, probeOf(yes).probe, options)).toBe("yes");
    expect(host.sleepsMs).toEqual([]);
  });

  test("tries again while the answer is undefined or false, or the probe throws", async () => {
    const { probe, calls } = probeOf<string | false | undefined>(no, () => false, refuse, yes);
    expect(await waitFor(new FakeHost(), probe, options)).toBe("yes");
    expect(calls()).toBe(4);
  });

  test.each([0, "", null])("takes %j for an answer", async (value) => {
    expect(await waitFor(new FakeHost(), async () => value, options)).toBe(value);
  });

  test("pauses half as long again each time up to the longest pause, and varies by a quarter", async () => {
    const host = new FakeHost();
    await waitFor(host, probeOf(...Array.from({ length: 12 }, () => no), yes).probe, { ...options, intervalMs: 100, maxIntervalMs: 1000 });
    expect(host.sleepsMs).toHaveLength(12);
    for (const [index, pauseMs] of host.sleepsMs.entries()) {
      const plainMs = Math.min(1000, 100 * 1.5 ** index);
      expect(pauseMs).toBeGreaterThanOrEqual(plainMs * 0.75);
      expect(pauseMs).toBeLessThanOrEqual(plainMs * 1.25);
    }
    expect(new Set(host.sleepsMs.slice(-4)).size).toBeGreaterThan(1);
  });

  test("gives up at its deadline, and no pause goes beyond it", async () => {
    const host = new FakeHost();
    await expect(waitFor(host, probeOf(no).probe, options)).rejects.toMatchObject({
      code: "WAIT_TIMEOUT",
      message: "Waited 60 s for SSH on 10.0.0.5:22, in vain.",
    });
    const sleptMs = host.sleepsMs.reduce((sum, pauseMs) => sum + pauseMs, 0);
    expect(sleptMs).toBeGreaterThan(MINUTE_MS - 1000);
    expect(sleptMs).toBeLessThanOrEqual(MINUTE_MS);
  });

  test("says what the last try said, in message and cause", async () => {
    const error: unknown = await waitFor(new FakeHost(), probeOf(no, refuse).probe, { ...options, timeoutMs: 1500 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      message: "Waited 1.5 s for SSH on 10.0.0.5:22, in vain. The last try said: connection refused",
      cause: expect.objectContaining({ message: "connection refused" }),
    });
  });

  test("gives up with the code it was given", async () => {
    await expect(waitFor(new FakeHost(), probeOf(no).probe, { ...options, timeoutCode: "SSH_TIMEOUT" })).rejects.toMatchObject({
      code: "SSH_TIMEOUT",
    });
  });

  test("takes a DriverError for final", async () => {
    const { probe, calls } = probeOf<never>(() => {
      throw new DriverError("IMAGE_MISSING", "There is no image.");
    });
    await expect(waitFor(new FakeHost(), probe, options)).rejects.toMatchObject({ code: "IMAGE_MISSING" });
    expect(calls()).toBe(1);
  });

  test("does not try at all when it is aborted before", async () => {
    const host = new FakeHost();
    host.abort();
    const { probe, calls } = probeOf(yes);
    await expect(waitFor(host, probe, options)).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    expect(calls()).toBe(0);
  });

  test("ends when it is aborted meanwhile", async () => {
    const host = new FakeHost();
    const { probe, calls } = probeOf(no, () => host.abort());
    await expect(waitFor(host, probe, options)).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    expect(calls()).toBe(2);
  });
});

test("throwIfAborted throws with the reason, and only if the signal is aborted", () => {
  const controller = new AbortController();
  expect(() => throwIfAborted(controller.signal)).not.toThrow();
  controller.abort("Ctrl-C");
  expect(() => throwIfAborted(controller.signal)).toThrow(expect.objectContaining({ code: "OPERATION_ABORTED", cause: "Ctrl-C" }));
});
