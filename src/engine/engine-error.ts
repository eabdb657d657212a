import { hasCode, MachineError, messageOf } from "../errors.js";

const EXPIRED = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);
const UNTRUSTED = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);
const NOT_TLS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"]);
const REGENERATE = "docker-machine regenerate-certs NAME";

/**
 * The coded error for a request that failed.
 *
 * @param timeoutMs given if the deadline passed
 */
export function engineError(url: string, error: unknown, timeoutMs: number | undefined): MachineError {
  const cause = error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error;
  const code = codeOf(cause);
  const engine = `the engine at ${url}`;
  if (timeoutMs !== undefined) {
    return new MachineError("ENGINE_TIMEOUT", `No answer from ${engine} within ${timeoutMs / 1000} s.`, {
      cause,
      suggestions: ["Check that the machine is running (docker-machine status NAME) and that no firewall drops its port."],
    });
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return certificateError(`does not name its address: ${reasonOf(cause)}`, engine, cause);
  if (EXPIRED.has(code)) return certificateError(`is not valid now: ${messageOf(cause)}`, engine, cause);
  if (UNTRUSTED.has(code)) return certificateError(`was not signed by this store's CA: ${messageOf(cause)}`, engine, cause);
  if (code.includes("ALERT") || isResetAfterConnecting(cause)) {
    return new MachineError(
      "ENGINE_CLIENT_REFUSED",
      `The connection was cut by ${engine}: ${messageOf(cause)}. It may not accept the client certificate.`,
      {
        cause,
        suggestions: [REGENERATE],
      },
    );
  }
  if (code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH") {
    return new MachineError("ENGINE_CREDENTIALS_MISMATCH", `The client certificate for ${engine} does not belong to its key.`, {
      cause,
      suggestions: ["docker-machine regenerate-certs --client-certs NAME"],
    });
  }
  if (NOT_TLS.has(code)) {
    return new MachineError("ENGINE_NOT_TLS", `What answers at ${url} does not speak TLS.`, {
      cause,
      suggestions: ["docker-machine provision NAME"],
    });
  }
  return new MachineError("ENGINE_UNREACHABLE", `No connection to ${engine}: ${messageOf(cause)}.`, {
    cause,
    suggestions: ["Check that the machine is running: docker-machine status NAME"],
  });
}

function certificateError(problem: string, engine: string, cause: unknown): MachineError {
  return new MachineError("ENGINE_CERTIFICATE_INVALID", `The certificate of ${engine} ${problem}.`, {
    cause,
    suggestions: [REGENERATE],
  });
}

/** A server that refuses a certificate may cut the connection before its reason arrives. */
function isResetAfterConnecting(error: unknown): boolean {
  return hasCode(error, "ECONNRESET") || hasCode(error, "EPIPE");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "reason" in error ? String(error.reason) : messageOf(error);
}
