import type { ErrorCode } from "@docker-machine/driver-sdk";
import {
  explainClockSkew,
  explainExpiredCredentials,
  explainOptIn,
  explainRefusedCredentials,
  explainSignature,
} from "./explain-credentials.js";
import type { Explain, Failure } from "./failed-call.js";

const CAPACITY_SUGGESTIONS = [
  "Several types and subnets, which are tried in turn: --amazonec2-instance-type t3.micro --amazonec2-instance-type t3a.micro",
  "Any zone: leave out --amazonec2-zone and --amazonec2-subnet-id",
  "Instead of a spot instance: --amazonec2-spot-fallback",
];

/** What to say of AWS's codes. Source: "Error codes for the Amazon EC2 API", and the common errors of the other services. */
export const explanations: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ...each(["ExpiredToken", "ExpiredTokenException"], explainExpiredCredentials),
  ...each(
    ["AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "MissingAuthenticationToken", "UnrecognizedClientException"],
    explainRefusedCredentials,
  ),
  ...each(["IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"], explainSignature),
  ...each(["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"], explainClockSkew),
  ...each(["OptInRequired"], explainOptIn),
  ...each(
    ["DefaultVpcDoesNotExist", "MissingInput", "VPCIdNotSpecified"],
    says("EC2_DEFAULT_VPC_MISSING", ({ call }) => `The account has no default VPC, or no subnets in it, in ${call.region}`, [
      "aws ec2 create-default-vpc",
      "Another VPC or subnet: --amazonec2-vpc-id vpc-… --amazonec2-subnet-id subnet-…",
    ]),
  ),
  ...each(
    ["InsufficientCapacity", "InsufficientHostCapacity", "InsufficientInstanceCapacity", "UnfulfillableCapacity"],
    says("EC2_CAPACITY_MISSING", ({ call }) => `AWS has no capacity for the instance in ${call.region} now`, CAPACITY_SUGGESTIONS),
  ),
  ...each(
    ["SpotMaxPriceTooLow"],
    says("EC2_SPOT_PRICE_TOO_LOW", () => "The spot price is higher than --amazonec2-spot-price", [
      "Leave out --amazonec2-spot-price: then it is the on-demand price at most",
      "aws ec2 describe-spot-price-history --product-descriptions Linux/UNIX --max-items 5 --instance-types t3.micro",
      "An on-demand instance where there is no spot capacity: --amazonec2-spot-fallback",
    ]),
  ),
  ...each(
    ["EC2ThrottledException", "RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"],
    says(
      "EC2_THROTTLED",
      ({ call }) => `AWS has refused ${call.action} in ${call.region} over and over, since the account asks too often`,
      ["Wait for a minute, then type the same again", "More patience for new machines: --amazonec2-retries 20"],
    ),
  ),
  ...each(["NetworkError"], unreachable),
  ...each(
    ["InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable"],
    says("EC2_SERVICE_FAILED", ({ call }) => `AWS failed to do ${call.action} in ${call.region}`, [
      "Type the same again: what was begun is continued",
      "https://health.aws.amazon.com/health/status",
    ]),
  ),
  ...each(
    ["Blocked", "PendingVerification"],
    says("EC2_ACCOUNT_BLOCKED", () => "AWS has blocked the account, or is still verifying it", [
      "https://console.aws.amazon.com/support/home",
    ]),
  ),
  ...each(["Unsupported", "UnsupportedHibernationConfiguration", "UnsupportedOperation"], unsupported),
  ...each(
    ["InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"],
    says("EC2_INSTANCE_MISSING", ({ call }) => `The instance doesn't exist in ${call.region}`, ["docker-machine rm -y NAME"]),
  ),
  ...each(
    ["IncorrectInstanceState", "IncorrectState", "IncorrectSpotRequestState"],
    says("EC2_STATE_UNFIT", ({ call }) => `The instance's state doesn't allow ${call.action} now`, [
      "docker-machine ls",
      "Wait for a minute, then type the same again",
    ]),
  ),
]);

function each(codes: readonly string[], explain: Explain): readonly (readonly [string, Explain])[] {
  return codes.map((code) => [code, explain] as const);
}

/** An explanation that ends with AWS's own words. */
function says(code: ErrorCode, problem: (failure: Failure) => string, suggestions: readonly string[]): Explain {
  return (failure) => ({ code, message: `${problem(failure)}: ${failure.awsCode}: ${failure.message}`, suggestions });
}

function unreachable({ message, call }: Failure): ReturnType<Explain> {
  const isUnknownName = /ENOTFOUND|EAI_AGAIN/.test(message);
  return {
    code: "EC2_UNREACHABLE",
    message: `AWS can't be reached for ${call.action} in ${call.region}: ${message}`,
    suggestions: isUnknownName
      ? [
          `Is there such a region? aws ec2 describe-regions --all-regions --region-names ${call.region} --region us-east-1`,
          `curl -I https://ec2.${call.region}.amazonaws.com`,
        ]
      : [`curl -I https://ec2.${call.region}.amazonaws.com`, "Behind a proxy: export HTTPS_PROXY=http://HOST:PORT"],
  };
}

function unsupported({ awsCode, message, call }: Failure): ReturnType<Explain> {
  if (/one-time spot/i.test(message)) {
    return {
      code: "EC2_SPOT_UNSTOPPABLE",
      message: `AWS can't stop this spot instance and start it again: ${message}`,
      suggestions: ["docker-machine rm NAME", "Machines that can be stopped: leave out --amazonec2-request-spot-instance"],
    };
  }
  return {
    code: "EC2_UNSUPPORTED",
    message: `AWS doesn't support this ${call.action} in ${call.region}: ${awsCode}: ${message}`,
    suggestions: [
      `Which zones have an instance type: aws ec2 describe-instance-type-offerings --region ${call.region} --location-type availability-zone --filters Name=instance-type,Values=t3.micro`,
    ],
  };
}
