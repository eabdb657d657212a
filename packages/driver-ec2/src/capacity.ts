import { DriverError } from "@docker-machine/driver-sdk";
import { AwsError } from "./aws/aws-error.js";
import type { LaunchAttempt } from "./launch-plan.js";

/** How far a refusal reaches: another subnet may help, or only another instance type. */
export type RefusalScope = "subnet" | "instance type";

/** Codes after which something else is tried. Source: "Error codes for the Amazon EC2 API". */
const SCOPES: ReadonlyMap<string, RefusalScope> = new Map<string, RefusalScope>([
  ["InsufficientCapacity", "subnet"],
  ["InsufficientCapacityOnHost", "subnet"],
  ["InsufficientFreeAddressesInSubnet", "subnet"],
  ["InsufficientHostCapacity", "subnet"],
  ["InsufficientInstanceCapacity", "subnet"],
  ["SpotMaxPriceTooLow", "subnet"],
  ["UnfulfillableCapacity", "subnet"],
  // A zone that doesn't have the instance type answers with this.
  ["Unsupported", "subnet"],
  // Quotas count the processors of a class of types.
  ["InstanceLimitExceeded", "instance type"],
  ["MaxSpotInstanceCountExceeded", "instance type"],
  ["VcpuLimitExceeded", "instance type"],
]);

/** Codes that tell of no more than that AWS has nothing left. */
const MERE_CAPACITY = /^(Insufficient|UnfulfillableCapacity$)/;

/** An attempt that AWS refused. */
export interface Refusal {
  readonly attempt: Pick<LaunchAttempt, "market"> & { readonly typeName: string; readonly zone: string };
  readonly error: AwsError;
}

/** How far an error reaches; `undefined` for one that other subnets and types won't help against. */
export function refusalScope(error: unknown): RefusalScope | undefined {
  return error instanceof AwsError ? SCOPES.get(error.awsCode) : undefined;
}

/** What to say when all attempts were refused: of several refusals, one that says more than that there is no capacity. */
export function refusedError(refusals: readonly Refusal[], region: string): Error {
  const [first] = refusals;
  const telling = refusals.find(({ error }) => !MERE_CAPACITY.test(error.awsCode) && error.awsCode !== "Unsupported");
  if (first === undefined) return new DriverError("EC2_CAPACITY_MISSING", `There is nothing to launch in ${region}.`);
  if (telling !== undefined) return telling.error;
  if (refusals.length === 1) return first.error;
  const tried = refusals.map(({ attempt, error }) => `${attempt.typeName} in ${attempt.zone}, ${attempt.market} (${error.awsCode})`);
  return new DriverError("EC2_CAPACITY_MISSING", `AWS has no capacity in ${region} now. Tried: ${tried.join("; ")}.`, {
    cause: first.error,
    suggestions: [
      "Other instance types, which are tried in turn: --amazonec2-instance-type t3.small --amazonec2-instance-type t3a.small",
      "Another region: --amazonec2-region REGION",
      "Wait for some minutes, then type the same again",
    ],
  });
}
