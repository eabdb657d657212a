import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
  GetCallerIdentityResponse,
} from "@aws-sdk/client-sts";
import { AwsFault } from "../aws-fault.ts";
import type { Call, Handler } from "../call.ts";
import type { Identities } from "../identities.ts";
import type { Permissions } from "../permissions.ts";

/** What STS plays with. */
export interface StsWorld {
  readonly identities: Identities;
  readonly permissions: Permissions;
  readonly now: () => Date;
}

/** STS: who calls, what a refusal meant, and roles' temporary credentials. Any role of the account may be assumed. */
export function stsHandlers({ identities, permissions, now }: StsWorld): Readonly<Record<string, Handler>> {
  const assume = ({ RoleArn, RoleSessionName, DurationSeconds = 3600 }: AssumeRoleRequest | AssumeRoleWithWebIdentityRequest) => {
    const [, account = "", role = ""] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(RoleArn ?? "") ?? [];
    if (role === "") throw new AwsFault("ValidationError", `${RoleArn} is invalid`);
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/${RoleSessionName}`;
    const { accessKeyId, secretAccessKey, sessionToken, expires } = identities.issue(
      arn,
      new Date(now().getTime() + DurationSeconds * 1000),
    );
    return {
      Credentials: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration: expires },
      AssumedRoleUser: { AssumedRoleId: `AROACLKWSDQRAOEXAMPLE:${RoleSessionName}`, Arn: arn },
    };
  };
  return {
    AssumeRole: (input: AssumeRoleRequest): AssumeRoleResponse => assume(input),
    AssumeRoleWithWebIdentity: (input: AssumeRoleWithWebIdentityRequest): AssumeRoleWithWebIdentityResponse => assume(input),
    DecodeAuthorizationMessage: ({ EncodedMessage = "" }: DecodeAuthorizationMessageRequest): DecodeAuthorizationMessageResponse => {
      const DecodedMessage = permissions.decode(EncodedMessage);
      if (DecodedMessage === undefined) {
        throw new AwsFault("InvalidAuthorizationMessageException", "The message is not a valid encoded authorization message");
      }
      return { DecodedMessage };
    },
    GetCallerIdentity: (_input: object, { account, identity }: Call): GetCallerIdentityResponse => ({
      UserId: "AIDACKCEVSQ6C2EXAMPLE",
      Account: account,
      Arn: identities.arnOf(identity),
    }),
  };
}
