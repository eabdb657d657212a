import { isDriverError } from "@docker-machine/driver-sdk";
import { AwsError } from "./aws-error.js";
import { explainExceededQuota } from "./exceeded-quota.js";
import { explainMissingCredentials } from "./explain-credentials.js";
import { explanations } from "./explanations.js";
import type { Explain, Explanation, FailedCall, Failure } from "./failed-call.js";
import { explainMissingPermission } from "./missing-permission.js";

/** What the SDK rejects with, as far as it is used. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Codes that mean a missing permission, in the words of the different services. */
const PERMISSION_CODES = new Set(["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"]);
const QUOTA_CODE = /(?<!Request)(?:Limit|Count)Exceeded$/;

/** Turns what the SDK rejects with into words that say what to do. */
export async function explainError(error: unknown, call: FailedCall): Promise<Error> {
  if (isDriverError(error)) return error;
  const failure = failureOf(error as SdkError, call);
  const { code, message, suggestions } = await explainerOf(failure)(failure);
  const { awsCode, requestId } = failure;
  return new AwsError(code, message, { awsCode, action: call.action, requestId, suggestions, cause: error });
}

function failureOf(error: SdkError, call: FailedCall): Failure {
  const { $metadata, name } = error;
  const message = String(error.message ?? error);
  const requestId = $metadata?.requestId;
  if (name === "CredentialsProviderError" || name === "TokenProviderError") return { awsCode: name, message, requestId, call };
  if ($metadata?.httpStatusCode === undefined) {
    return {
      awsCode: "NetworkError",
      message: [error.code, message].filter((part) => typeof part === "string").join(": "),
      requestId,
      call,
    };
  }
  return { awsCode: String(name), message, requestId, call };
}

function explainerOf({ awsCode }: Failure): Explain {
  if (awsCode === "CredentialsProviderError" || awsCode === "TokenProviderError") return explainMissingCredentials;
  if (PERMISSION_CODES.has(awsCode)) return explainMissingPermission;
  const known = explanations.get(awsCode);
  if (known !== undefined) return known;
  return QUOTA_CODE.test(awsCode) ? explainExceededQuota : refused;
}

function refused({ awsCode, message, requestId, call }: Failure): Explanation {
  return {
    code: "EC2_REQUEST_REFUSED",
    message: `AWS refused ${call.action} in ${call.region}: ${awsCode}: ${message}`,
    suggestions: [
      "AWS's codes are explained at https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html",
      ...(requestId === undefined ? [] : [`AWS's support finds the request by its id: ${requestId}`]),
    ],
  };
}
