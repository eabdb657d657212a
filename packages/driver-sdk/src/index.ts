/**
 * The contract between docker-machine and its drivers.
 *
 * @packageDocumentation
 */
export { type DriverDefinition, type DriverDescription, defineDriver, isDriverDefinition, isDriverName } from "./definition.js";
export { BaseDriver, DOCKER_TLS_PORT, dockerUrl, type MachineStatus } from "./driver.js";
export { DriverError, type DriverErrorOptions, type ErrorCode, isDriverError } from "./errors.js";
export type { Host, LockOptions, Logger, RunOptions, RunResult, SshKey, SshKeyOptions, SshRunOptions } from "./host.js";
export type { CommonState, DriverState, JsonValue, Machine, StateChanges } from "./machine.js";
export {
  type BooleanOption,
  type IntegerOption,
  type OptionSources,
  type OptionSpec,
  type OptionSpecs,
  type OptionValue,
  type OptionValues,
  resolveOptions,
  type StringListOption,
  type StringOption,
} from "./options.js";
export type { Orphan, OrphanSearch } from "./orphan.js";
export type { SshEndpoint } from "./ssh-endpoint.js";
export { throwIfAborted, type WaitForOptions, type WaitHost, waitFor } from "./wait-for.js";
