import { hasCode, MachineError } from "../../errors.js";
import { npmError } from "../npm/npm-error.js";

/** The version whose signature or attestations are checked. */
export interface CheckedVersion {
  /** The package's name, as it was asked for. */
  readonly name: string;
  readonly version: string;
}

/** What vouches for a version. */
export type Proof = "signature" | "provenance";

const WORDS = { signature: "registry's signature", provenance: "provenance" };
const CODES = {
  signature: { invalid: "SOURCE_SIGNATURE_INVALID", unchecked: "SOURCE_SIGNATURE_UNCHECKED" },
  provenance: { invalid: "SOURCE_PROVENANCE_INVALID", unchecked: "SOURCE_PROVENANCE_UNCHECKED" },
} as const;

/** The refusal of a version whose proof is wrong. */
export function invalidProof(proof: Proof, { name, version }: CheckedVersion, problem: string, cause?: unknown): MachineError {
  return new MachineError(CODES[proof].invalid, `The ${WORDS[proof]} of ${name} ${version} does not hold (${withoutStop(problem)}).`, {
    cause,
    suggestions: [
      "Somebody between you and its author may have changed it: try another network, without proxy or mirror, and tell whoever runs the registry.",
      `To take another version: docker-machine driver install npm:${name}@VERSION`,
    ],
  });
}

/** The refusal of a version whose proof could not be checked, since something for it could not be fetched. */
export function uncheckedProof(proof: Proof, { name, version }: CheckedVersion, problem: string, cause?: unknown): MachineError {
  return new MachineError(
    CODES[proof].unchecked,
    `The ${WORDS[proof]} of ${name} ${version} could not be checked (${withoutStop(problem)}).`,
    {
      cause,
      suggestions: [
        "Check the network and the proxy in .npmrc, and try again.",
        `To take it as one that nothing vouches for: docker-machine driver install --allow-unverified npm:${name}@${version}`,
      ],
    },
  );
}

/** Whether an error is of {@link uncheckedProof}. */
export function isUnchecked(error: unknown): error is MachineError {
  return Object.values(CODES).some(({ unchecked }) => hasCode(error, unchecked));
}

/** Why a registry gave no answer: it has none, it can't be had now, or what came is no answer. */
export type AnswerFault = "missing" | "unreachable" | "damaged";

const MISSING = ["E404", "E405", "E410", "E501"];
const NOT_NOW = /^(?:E5\d\d|E408|E425|E429|E401|E403|ENEEDAUTH|ENOTCACHED)$/;

/** Sorts an error of npm's libraries. */
export function answerFault(error: unknown): AnswerFault {
  if (MISSING.some((code) => hasCode(error, code))) return "missing";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return NOT_NOW.test(code) || npmError(error, "").code === "SOURCE_UNREACHABLE" ? "unreachable" : "damaged";
}

/** What is told of an error of npm's libraries, without credentials. */
export function askProblem(subject: string, error: unknown): string {
  return npmError(error, subject).message;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
