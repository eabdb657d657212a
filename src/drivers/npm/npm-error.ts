import { hasCode, MachineError, messageOf } from "../../errors.js";
import { unwritable } from "../../files/atomic-file.js";
import { certificateAdvice } from "../certificate-errors.js";
import { notCached } from "../not-cached.js";

const NETWORK_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "ERR_SOCKET_TIMEOUT",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ECONNABORTED",
  "ERR_STREAM_PREMATURE_CLOSE",
];

const LOCAL_CODES = ["ENOSPC", "EDQUOT", "EROFS", "EIO"];
/** What is written to while something is fetched. */
const CACHES = "npm's cache or the folder of installed drivers";
/** The agent's, for an answer that is too slow (registry-agent.ts). */
const TOO_SLOW = "ETOOSLOW";
/** The agent's, for one that doesn't end. */
const TOO_LARGE = "ETOOLARGE";

/** Our error for one of npm's libraries'. */
export function npmError(error: unknown, subject: string): MachineError {
  const local = localError(error);
  if (local !== undefined) return local;
  const message = withoutCredentials(messageOf(error));
  if (hasCode(error, "ENOTCACHED")) return notCached(missingIn(error, subject, message), [], error);
  if (hasCode(error, "E404")) {
    return new MachineError("SOURCE_NOT_FOUND", `${subject} was not found in the registry, or it is private.`, {
      cause: error,
      suggestions: [
        "Check its spelling.",
        "For a private package or another registry: put the registry and its token into .npmrc (npm login).",
      ],
    });
  }
  if (hasCode(error, "E401") || hasCode(error, "E403") || hasCode(error, "ENEEDAUTH")) {
    return new MachineError("SOURCE_NEEDS_TOKEN", `The registry did not give ${subject} without a valid token.`, {
      cause: error,
      suggestions: ["Put the registry's token into .npmrc: npm login --registry=ADDRESS"],
    });
  }
  if (hasCode(error, "ETARGET") || hasCode(error, "EINVALIDTAGNAME")) return versionNotFound(error, subject);
  if (hasCode(error, "EINTEGRITY") || hasCode(error, "Z_DATA_ERROR") || hasCode(error, "Z_BUF_ERROR")) return integrity(error, subject);
  if (hasCode(error, "EALLOWGIT") || hasCode(error, "EALLOWREMOTE") || hasCode(error, "EALLOWFILE") || hasCode(error, "EALLOWDIRECTORY")) {
    return new MachineError("DRIVER_DEPENDENCY_REFUSED", `One of ${subject} does not come from a registry: ${message}`, {
      cause: error,
      suggestions: ["For the driver's author: depend on published packages only."],
    });
  }
  if (hasCode(error, TOO_SLOW)) return tooSlow(error, subject, message);
  if (hasCode(error, TOO_LARGE)) return tooLarge(error, subject, message);
  if (
    certificateAdvice(error) !== undefined ||
    NETWORK_CODES.some((code) => hasCode(error, code)) ||
    /socket|network|aborted|premature|hang up|terminated/i.test(message)
  )
    return unreachable(error, subject, message);
  return new MachineError("SOURCE_ANSWER_INVALID", `${subject} could not be fetched: ${message}`, {
    cause: error,
    suggestions: ["Check the registry and proxy in .npmrc, and try again."],
  });
}

/** What npm's cache lacks: as {@link NpmRegistry} says it, or at least the address. */
function missingIn(error: unknown, subject: string, message: string): string {
  if (error instanceof Error && "missing" in error) return `${String(error.missing)} (for ${subject})`;
  const address = /request to (\S+) failed/.exec(message)?.[1];
  return address === undefined ? subject : `${decodeURI(address)} (for ${subject})`;
}

function versionNotFound(error: unknown, subject: string): MachineError {
  const known =
    error instanceof Error && "versions" in error && Array.isArray(error.versions) ? error.versions.slice(-5).reverse().map(String) : [];
  return new MachineError("SOURCE_VERSION_NOT_FOUND", `No version of the package fits ${subject}.`, {
    cause: error,
    suggestions: known.length === 0 ? ["Leave the version out for the newest one."] : [`Its newest versions are ${known.join(", ")}.`],
  });
}

function integrity(error: unknown, subject: string): MachineError {
  return new MachineError(
    "SOURCE_INTEGRITY",
    `What came for ${subject} is not what the registry promised (its hash or length differs), so it was thrown away.`,
    {
      cause: error,
      suggestions: ["Try again. If it stays, the registry, a proxy or a mirror changes or cuts downloads."],
    },
  );
}

function unreachable(error: unknown, subject: string, message: string): MachineError {
  return new MachineError("SOURCE_UNREACHABLE", `${subject} could not be fetched: ${message}.`, {
    cause: error,
    suggestions: certificateAdvice(error) ?? ["Check the network, and the registry and proxy in .npmrc, and try again."],
  });
}

function tooSlow(error: unknown, subject: string, message: string): MachineError {
  return new MachineError("SOURCE_UNREACHABLE", `${subject} could not be fetched: ${message}.`, {
    cause: error,
    suggestions: ["Try again later, or from another network.", "To wait longer, in milliseconds: npm config set fetch-timeout 300000"],
  });
}

function tooLarge(error: unknown, subject: string, message: string): MachineError {
  return new MachineError("DRIVER_TOO_LARGE", `${subject} was refused: ${message}. Nothing of it was kept.`, {
    cause: error,
    suggestions: ["Check the source, and the registry and proxy in .npmrc: no driver is as large."],
  });
}

/** A disk that is full or may not be written. */
function localError(error: unknown): MachineError | undefined {
  const path = pathOf(error);
  if (path === undefined && !LOCAL_CODES.some((code) => hasCode(error, code))) return undefined;
  const local = unwritable(path ?? CACHES, error);
  return local instanceof MachineError ? local : undefined;
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//").replace(/\.$/, "");
}
