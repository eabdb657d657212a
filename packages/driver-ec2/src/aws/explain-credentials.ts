import type { Explanation, FailedCall, Failure } from "./failed-call.js";

/** No credentials were found, or those of a single sign-on have ended. */
export function explainMissingCredentials({ message }: Failure): Explanation {
  if (/\bsso\b|single sign-on/i.test(message)) {
    const profile = /--profile[ =](\S+?)[.'"]?(?:\s|$)/.exec(message)?.[1] ?? "PROFILE";
    return {
      code: "EC2_SSO_LOGIN_NEEDED",
      message: `The profile's single sign-on has ended, or never began: ${message}`,
      suggestions: [`aws sso login --profile ${profile}`],
    };
  }
  return {
    code: "EC2_CREDENTIALS_MISSING",
    message: `There are no credentials for AWS: ${message}`,
    suggestions: [
      "aws configure",
      "A profile of ~/.aws/config: --amazonec2-profile NAME",
      "Keys in the environment: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…",
    ],
  };
}

/** Temporary credentials have ended. */
export function explainExpiredCredentials({ message }: Failure): Explanation {
  return {
    code: "EC2_CREDENTIALS_EXPIRED",
    message: `The credentials for AWS have expired: ${message}`,
    suggestions: [
      "Where they come from single sign-on: aws sso login",
      "Where they are in the environment, get new ones, or drop them: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
    ],
  };
}

/** AWS doesn't know the keys. It says the same where the account hasn't enabled the region, so that is asked in another one. */
export async function explainRefusedCredentials({ awsCode, message, call }: Failure): Promise<Explanation> {
  const optIn = await call.regionOptIn();
  if (optIn === "not-opted-in") return disabledRegion(call, message);
  if (optIn === "none") return unknownRegion(call, message);
  return {
    code: "EC2_CREDENTIALS_REFUSED",
    message: `AWS doesn't accept the credentials in ${call.region}: ${awsCode}: ${message}`,
    suggestions: [
      "aws sts get-caller-identity",
      "aws configure",
      `Is the region enabled for the account? aws account get-region-opt-status --region-name ${call.region}`,
    ],
  };
}

function disabledRegion({ region }: FailedCall, message: string): Explanation {
  return {
    code: "EC2_REGION_DISABLED",
    message: `The region ${region} isn't enabled for the account: ${message}`,
    suggestions: [`aws account enable-region --region-name ${region}`, "Another region: --amazonec2-region us-east-1"],
  };
}

function unknownRegion({ region }: FailedCall, message: string): Explanation {
  return {
    code: "EC2_REGION_UNKNOWN",
    message: `There is no region ${region}: ${message}`,
    suggestions: ["aws ec2 describe-regions --all-regions --region us-east-1 --query Regions[].RegionName"],
  };
}

/** The account hasn't subscribed to something, or hasn't enabled the region. */
export function explainOptIn({ message, call }: Failure): Explanation {
  const page = /https?:\/\/\S*[^\s.,)]/.exec(message)?.[0];
  if (page !== undefined || /marketplace/i.test(message)) {
    return {
      code: "EC2_SUBSCRIPTION_MISSING",
      message: `The account hasn't subscribed to this image: ${message}`,
      suggestions: [
        `Accept the image's terms${page === undefined ? " in the AWS Marketplace" : `: ${page}`}`,
        "Another image: --amazonec2-image ubuntu-24.04",
      ],
    };
  }
  return disabledRegion(call, message);
}

/** The request was signed too long ago, or in the future. */
export function explainClockSkew({ message }: Failure): Explanation {
  return {
    code: "EC2_CLOCK_SKEWED",
    message: `AWS refuses the request's time, so this computer's clock is probably wrong; it says ${new Date().toISOString()}: ${message}`,
    suggestions: ["timedatectl set-ntp true", "date -u"],
  };
}

/** A signature that doesn't fit: the secret key is wrong, or the clock. */
export function explainSignature(failure: Failure): Explanation {
  if (/expired|not yet current/i.test(failure.message)) return explainClockSkew(failure);
  return {
    code: "EC2_CREDENTIALS_REFUSED",
    message: `The secret access key doesn't belong to the access key ID: ${failure.awsCode}: ${failure.message}`,
    suggestions: ["aws sts get-caller-identity", "aws configure"],
  };
}
