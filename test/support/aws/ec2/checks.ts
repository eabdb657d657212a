import { AwsFault } from "../aws-fault.ts";

/** Ends a call with `DryRun` where all checks are passed, before anything is done. */
export function stopAtDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun === true) throw new AwsFault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
}

/** @throws AwsFault `MissingParameter` */
export function required<T>(value: T | undefined, parameter: string): T {
  if (value === undefined) throw new AwsFault("MissingParameter", `The request must contain the parameter ${parameter}`);
  return value;
}

/** A list that can't be left out, nor be empty. */
export function requiredList<T>(values: readonly T[] | undefined, parameter: string): readonly T[] {
  if (values === undefined || values.length === 0)
    throw new AwsFault("MissingParameter", `The request must contain the parameter ${parameter}`);
  return values;
}

export function invalidValue(value: unknown, parameter: string, why: string): AwsFault {
  return new AwsFault("InvalidParameterValue", `Value (${String(value)}) for parameter ${parameter} is invalid. ${why}`);
}

export function invalidCombination(message: string): AwsFault {
  return new AwsFault("InvalidParameterCombination", message);
}

/** @throws AwsFault `InvalidParameterValue` for a value that isn't one of those; left out is fine */
export function checkOneOf(value: string | undefined, allowed: readonly string[], parameter: string): void {
  if (value !== undefined && !allowed.includes(value)) throw invalidValue(value, parameter, `Valid values: ${allowed.join(", ")}.`);
}

/** @throws AwsFault `InvalidParameterValue` for a number that is out of bounds or no integer; left out is fine */
export function checkBetween(value: number | undefined, lowest: number, highest: number, parameter: string): void {
  if (value !== undefined && (!Number.isInteger(value) || value < lowest || value > highest)) {
    throw invalidValue(value, parameter, `Expecting a value between ${lowest} and ${highest}.`);
  }
}
