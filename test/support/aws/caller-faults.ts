import { AwsFault } from "./aws-fault.ts";
import type { ServiceName } from "./call.ts";

/** What a service answers to callers that it turns away. */
export interface CallerFaults {
  /** An access key that doesn't exist, or not with this session token. */
  unknownCredentials(): AwsFault;
  wrongSignature(): AwsFault;
  expiredToken(): AwsFault;
  /** @param text what the services but EC2 say about it */
  tooOld(text: string): AwsFault;
  tooNew(text: string): AwsFault;
  missing(): AwsFault;
  incomplete(text: string): AwsFault;
  denied(text: string): AwsFault;
  throttled(): AwsFault;
}

const INVALID_TOKEN = "The security token included in the request is invalid.";
const EXPIRED_TOKEN = "The security token included in the request is expired";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** Each service's own codes. Sources: SOURCES.md. */
export function callerFaults(service: ServiceName): CallerFaults {
  if (service === "ec2") return ec2;
  return service === "sts" ? sts : json;
}

const notValidated = () => new AwsFault("AuthFailure", "AWS was not able to validate the provided access credentials");
const requestExpired = () => new AwsFault("RequestExpired", "Request has expired.");

const ec2: CallerFaults = {
  unknownCredentials: notValidated,
  wrongSignature: notValidated,
  expiredToken: requestExpired,
  tooOld: requestExpired,
  tooNew: notValidated,
  missing: () => new AwsFault("MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
  incomplete: (text) => new AwsFault("IncompleteSignature", text),
  denied: (text) => new AwsFault("UnauthorizedOperation", text),
  throttled: () => new AwsFault("RequestLimitExceeded", "Request limit exceeded."),
};

const sts: CallerFaults = {
  unknownCredentials: () => new AwsFault("InvalidClientTokenId", INVALID_TOKEN),
  wrongSignature: () => new AwsFault("SignatureDoesNotMatch", MISMATCH),
  expiredToken: () => new AwsFault("ExpiredToken", EXPIRED_TOKEN),
  tooOld: (text) => new AwsFault("SignatureDoesNotMatch", text),
  tooNew: (text) => new AwsFault("SignatureDoesNotMatch", text),
  missing: () => new AwsFault("MissingAuthenticationToken", "Request is missing Authentication Token"),
  incomplete: (text) => new AwsFault("IncompleteSignature", text),
  denied: (text) => new AwsFault("AccessDenied", text),
  throttled: () => new AwsFault("Throttling", "Rate exceeded"),
};

const json: CallerFaults = {
  unknownCredentials: () => new AwsFault("UnrecognizedClientException", INVALID_TOKEN),
  wrongSignature: () => new AwsFault("InvalidSignatureException", MISMATCH),
  expiredToken: () => new AwsFault("ExpiredTokenException", EXPIRED_TOKEN),
  tooOld: (text) => new AwsFault("InvalidSignatureException", text),
  tooNew: (text) => new AwsFault("InvalidSignatureException", text),
  missing: () => new AwsFault("MissingAuthenticationTokenException", "Missing Authentication Token"),
  incomplete: (text) => new AwsFault("IncompleteSignatureException", text),
  denied: (text) => new AwsFault("AccessDeniedException", text),
  throttled: () => new AwsFault("ThrottlingException", "Rate exceeded"),
};
