import type { DriverDescription } from "@docker-machine/driver-sdk";
import { type ConformanceFixture, type ConformanceTest, conformanceTests } from "@docker-machine/driver-sdk/testing";
import { expect, test } from "vitest";
import { type MemoryDriverClass, type MemoryOptions, type MemoryState, memoryDefinition, memoryFixture } from "./memory-driver.js";

/** How a driver, or its fixture, differs from the correct one. */
export interface Deviation {
  readonly Driver?: MemoryDriverClass;
  readonly changes?: Partial<DriverDescription<MemoryOptions, MemoryState>>;
  readonly fixture?: Partial<ConformanceFixture>;
}

/** A driver's defect, the name of the conformance test that is about it, and what that test must say. */
export type Notice = readonly [defect: string, noticedBy: string, saying: RegExp, deviation: Deviation];

/** Runs, for each broken driver, the conformance test that is about its defect: it must fail, for that reason. */
export function testThatSuiteNotices(notices: readonly Notice[]): void {
  test.each(notices)("%s", async (_defect, noticedBy, saying, deviation) => {
    const noticing = suiteFor(deviation).find(({ name }) => name === noticedBy);
    await expect(noticing?.run()).rejects.toThrow(saying);
  });
}

/** The names of the tests that a driver fails. */
export async function failuresOf(deviation: Deviation): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of suiteFor(deviation)) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

function suiteFor({ Driver, changes, fixture }: Deviation): readonly ConformanceTest[] {
  return conformanceTests(memoryDefinition(Driver, changes), { ...memoryFixture, ...fixture });
}
