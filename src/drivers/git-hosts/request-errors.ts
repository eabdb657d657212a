import { MachineError } from "../../errors.js";
import { type GitHostToken, tokenVariableFor } from "./tokens.js";

/** Which host refused what. */
export interface RefusingHost {
  readonly host: string;
  /** The host whose login is used: the same, or the API's mirror. */
  readonly loginHost: string;
  readonly kind: string;
  readonly token: GitHostToken | undefined;
}

/** `SOURCE_NEEDS_TOKEN` for a token that the host doesn't take. */
export function refusedToken({ host, token }: RefusingHost, message: string): MachineError {
  const whose = token?.foundIn ?? "the login";
  return new MachineError("SOURCE_NEEDS_TOKEN", `${host} refused the token of ${whose}${message === "" ? "" : `: ${message}`}.`, {
    suggestions: [`Put a valid token into ${whose.replace(/^\$/, "")}, or unset it: public repositories need none.`],
  });
}

/** `SOURCE_NEEDS_TOKEN` for what the host doesn't show without a login, or with this one. */
export function needsToken({ host, loginHost, kind, token }: RefusingHost, message: string): MachineError {
  const whose = token === undefined ? "without a login" : `with the token of ${token.foundIn}`;
  return new MachineError("SOURCE_NEEDS_TOKEN", `${host} doesn't answer ${whose}${message === "" ? "" : `: ${message}`}.`, {
    suggestions: loginAdvice(loginHost, kind),
  });
}

/** `SOURCE_NOT_FOUND`. With `login`, it is a repository, which may be private. */
export function notThere(subject: string, login?: RefusingHost): MachineError {
  if (login === undefined) {
    return new MachineError("SOURCE_NOT_FOUND", `${subject} was not found, though the release names it.`, {
      suggestions: ["Try again. If it stays, tell the driver's author."],
    });
  }
  const { loginHost, kind, token } = login;
  const [doubt, advice] =
    token === undefined
      ? ["or it is private, which can't be told apart without a login", loginAdvice(loginHost, kind)]
      : [`or the token of ${token.foundIn} may not read it`, ["Check that the token may read the repository."]];
  return new MachineError("SOURCE_NOT_FOUND", `${subject} was not found: it does not exist, was deleted, ${doubt}.`, {
    suggestions: ["Check its spelling.", ...advice.map((each) => each.replace(/^/, "For a private repository: "))],
  });
}

/** `SOURCE_ANSWER_INVALID` for an answer that no API gives. */
export function strangeStatus(host: string, problem: string): MachineError {
  return new MachineError("SOURCE_ANSWER_INVALID", `The API of ${host} did not answer as expected: ${problem}.`, {
    suggestions: [
      "Check whether a proxy or a login page answers in its place.",
      `If ${host} has another API than it seems, say so in settings.json: { "gitHosts": { "${host}": "none" } }`,
    ],
  });
}

/** `SOURCE_UNREACHABLE` for a host that has trouble of its own, again and again. */
export function inTrouble(host: string, status: number): MachineError {
  return new MachineError("SOURCE_UNREACHABLE", `${host} has trouble of its own: it answered ${status}, again and again.`, {
    suggestions: ["Try again later, or look at the host's status page."],
  });
}

/** `SOURCE_ANSWER_INVALID` for what isn't JSON. */
export function notJson(host: string, status: number, cause: unknown): MachineError {
  const { code, message, suggestions } = strangeStatus(host, `what came with status ${status} is not JSON`);
  return new MachineError(code, message, { cause, suggestions });
}

function loginAdvice(host: string, kind: string): string[] {
  const variable = tokenVariableFor(host, kind);
  const login = kind === "github" ? [`Log in: gh auth login${host === "github.com" ? "" : ` --hostname ${host}`}`] : [];
  const set =
    variable === undefined ? ["Give git a login for the host: git help credentials"] : [`Set ${variable} to a token that may read it.`];
  return [...set, ...login];
}
