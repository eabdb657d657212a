import type { Explanation, Failure } from "./failed-call.js";

/** What AWS tells of a denied request, decoded. Source: DecodeAuthorizationMessage in the API reference of STS. */
interface Denial {
  readonly explicitDeny?: boolean;
  readonly context?: {
    readonly principal?: { readonly arn?: string };
    readonly action?: string;
    readonly resource?: string;
  };
}

/** Says which permission is missing, to whom, on what, and which statement of a policy would give it. */
export async function explainMissingPermission({ message, call }: Failure): Promise<Explanation> {
  const [, encoded] = /Encoded authorization failure message:\s*([\w-]+)/i.exec(message) ?? [];
  const decoded = encoded === undefined ? undefined : await call.decode(encoded);
  const denial = decoded === undefined ? undefined : parseDenial(decoded);
  const permission = denial?.context?.action ?? permissionIn(message) ?? `${call.service}:${call.action}`;
  const who = denial?.context?.principal?.arn ?? /\barn:\S+/.exec(message)?.[0] ?? "the identity that the credentials belong to";
  const resource = denial?.context?.resource;
  const isForbidden = denial?.explicitDeny === true || /explicit deny/i.test(message);
  return {
    code: "EC2_PERMISSION_MISSING",
    message:
      `AWS doesn't permit ${permission}${resource === undefined ? "" : ` on ${resource}`} in ${call.region} to ${who}` +
      `${isForbidden ? ", since a policy denies it explicitly" : ""}.`,
    suggestions: await suggestionsFor(permission, { resource, isForbidden, isDecoded: denial !== undefined || encoded === undefined }),
  };
}

interface Denied {
  readonly resource: string | undefined;
  readonly isForbidden: boolean;
  readonly isDecoded: boolean;
}

async function suggestionsFor(permission: string, { resource, isForbidden, isDecoded }: Denied): Promise<readonly string[]> {
  const { statementsFor } = await import("../iam-policy.js");
  const known = statementsFor(permission);
  const statements = known.length > 0 ? known : [{ Effect: "Allow", Action: permission, Resource: resource ?? "*" }];
  return [
    ...(isForbidden
      ? ['Find the statement with "Effect": "Deny" in the policies of the identity, its permissions boundary and its organization']
      : statements.map((statement) => `Add this statement to the identity's policy: ${JSON.stringify(statement)}`)),
    ...(isDecoded ? [] : ["To be told on which resource, permit sts:DecodeAuthorizationMessage, too"]),
  ];
}

/** `User: arn:… is not authorized to perform: ec2:RunInstances on resource: …` */
function permissionIn(message: string): string | undefined {
  return /not authorized to perform:\s*([a-z0-9-]+:\w+)/i.exec(message)?.[1];
}

function parseDenial(decoded: string): Denial | undefined {
  try {
    return JSON.parse(decoded) as Denial;
  } catch {
    return undefined;
  }
}
