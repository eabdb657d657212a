import type { DriverDefinition } from "../definition.js";
import type { DriverState } from "../machine.js";
import type { OptionSpecs } from "../options.js";
import { capabilityTests } from "./capability-tests.js";
import { failureTests } from "./failure-tests.js";
import type { ConformanceFixture, ConformanceTest } from "./fixture.js";
import { importTest } from "./import-test.js";
import { lifecycleTests } from "./lifecycle-tests.js";
import { mannerTests } from "./manner-tests.js";
import { optionTests } from "./option-tests.js";
import { orphanTests } from "./orphan-tests.js";

/**
 * The tests that every driver must pass, for any test runner. They must run one after another.
 *
 * @example
 * ```ts
 * for (const { name, run } of conformanceTests(definition, fixture)) test(name, run);
 * ```
 */
export function conformanceTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  return [
    ...(fixture.moduleUrl === undefined ? [] : [importTest(definition.name, fixture.moduleUrl)]),
    ...optionTests(definition, fixture),
    ...lifecycleTests(definition, fixture),
    ...capabilityTests(definition, fixture),
    ...failureTests(definition, fixture),
    ...orphanTests(definition, fixture),
    ...mannerTests(definition, fixture),
  ];
}
