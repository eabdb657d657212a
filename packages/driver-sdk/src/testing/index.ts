/**
 * For drivers' tests: the conformance suite, and a fake host and machine for tests of one's own.
 *
 * @packageDocumentation
 */
export { conformanceTests } from "./conformance.js";
export { FakeHost, type FakeHostOptions, type RecordedLine, type RecordedRun, type RunScript, type SshScript } from "./fake-host.js";
export { FakeMachine, type FakeMachineOptions } from "./fake-machine.js";
export type { Capability, ConformanceFixture, ConformanceTest, ConformanceWorld } from "./fixture.js";
export type { StepRunner } from "./step-runner.js";
