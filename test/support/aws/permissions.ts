import { randomBytes } from "node:crypto";
import type { AwsFault } from "./aws-fault.ts";
import type { Call } from "./call.ts";
import { callerFaults } from "./caller-faults.ts";
import type { Identities } from "./identities.ts";

// "GetCallerIdentity: No permissions are required"; a web identity's token stands for itself.
const FREE_FOR_ALL: readonly string[] = ["sts:AssumeRoleWithWebIdentity", "sts:GetCallerIdentity"];

/** The permissions that a call needs, as IAM policies name them. */
export function permissionsOf({ service, action, input }: Pick<Call, "action" | "input" | "service">): readonly string[] {
  const own = `${service}:${action}`;
  if (FREE_FOR_ALL.includes(own)) return [];
  if (service !== "ec2") return [own];
  return [
    own,
    ...(action === "CreateFleet" ? ["ec2:RunInstances"] : []),
    ...(input.TagSpecifications === undefined ? [] : ["ec2:CreateTags"]),
    ...(action === "RunInstances" && input.IamInstanceProfile !== undefined ? ["iam:PassRole"] : []),
  ];
}

/** Decides who may do what, and keeps what EC2 says about it in messages that only STS can decode. */
export class Permissions {
  readonly #identities: Identities;
  readonly #messages = new Map<string, string>();

  constructor(identities: Identities) {
    this.#identities = identities;
  }

  /** @throws AwsFault if the caller lacks a permission that the call needs */
  check(call: Call): void {
    const lacking = permissionsOf(call).find((permission) => call.identity.mayDo?.(permission) === false);
    if (lacking !== undefined) throw this.denied(call, lacking);
  }

  /** The service's answer to a caller that lacks a permission. */
  denied(call: Call, permission: string): AwsFault {
    const { service, region, account, identity } = call;
    const arn = this.#identities.arnOf(identity);
    const resource = `arn:aws:${service}:${region}:${account}:*`;
    const reason = `User: ${arn} is not authorized to perform: ${permission} on resource: ${resource} because no identity-based policy allows the ${permission} action`;
    if (service !== "ec2") return callerFaults(service).denied(reason);
    const encoded = randomBytes(300).toString("base64url");
    this.#messages.set(encoded, JSON.stringify(decision({ arn, permission, resource, identity: identity.accessKeyId })));
    return callerFaults("ec2").denied(
      `You are not authorized to perform this operation. ${reason}. Encoded authorization failure message: ${encoded}`,
    );
  }

  /** What an encoded message says, as JSON; `undefined` if it's none of ours. */
  decode(encoded: string): string | undefined {
    return this.#messages.get(encoded);
  }
}

/** The decision in the form that DecodeAuthorizationMessage documents. */
function decision({
  arn,
  permission,
  resource,
  identity,
}: Readonly<Record<"arn" | "identity" | "permission" | "resource", string>>): object {
  return {
    allowed: false,
    explicitDeny: false,
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: {
      principal: { id: identity, name: arn.split("/").at(-1), arn },
      action: permission,
      resource,
      conditions: { items: [] },
    },
  };
}
