import { hasCode } from "../errors.js";

/** OpenSSL's names, as Node has them (https://nodejs.org/api/tls.html, "X509 certificate error codes"). */
const UNTRUSTED = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
];
const OUT_OF_TIME = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"];

/** Whether nobody who is trusted vouches for a server's certificate. */
export function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.some((code) => hasCode(error, code));
}

/** What helps against a server's certificate that was refused; undefined if something else went wrong. */
export function certificateAdvice(error: unknown): string[] | undefined {
  if (isUntrusted(error))
    return ["If a company's CA signed its certificate: put the CA's file into .npmrc (cafile=FILE) or NODE_EXTRA_CA_CERTS."];
  if (OUT_OF_TIME.some((code) => hasCode(error, code)))
    return [`Check this computer's clock, which says ${new Date().toISOString()}. If it is right, the server's certificate is not.`];
  return undefined;
}
