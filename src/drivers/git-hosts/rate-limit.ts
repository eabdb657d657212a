import { MachineError } from "../../errors.js";
import type { HttpAnswer } from "./http-client.js";
import type { RefusingHost } from "./request-errors.js";
import { tokenVariableFor } from "./tokens.js";

type Headers = HttpAnswer["header"];

const LIMIT_STATUSES = [403, 429];

/**
 * Whether an answer says that too much was asked: by its status, by GitHub's `x-ratelimit-remaining`, by GitLab's `RateLimit-Remaining`, or by `retry-after`
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/).
 */
export function isRateLimited(status: number, header: Headers, message: string): boolean {
  if (status === 429) return true;
  if (!LIMIT_STATUSES.includes(status)) return false;
  return remaining(header) === 0 || header("retry-after") !== undefined || /rate limit/i.test(message);
}

/** `SOURCE_RATE_LIMITED`, with when it ends and how to lift it. */
export function rateLimited(header: Headers, limited: RefusingHost, now: number = Date.now()): MachineError {
  const { host, token } = limited;
  const seconds = secondsLeft(header, now);
  const whose = token === undefined ? "requests without a token" : `the token of ${token.foundIn}`;
  return new MachineError(
    "SOURCE_RATE_LIMITED",
    `${host} answers no more requests for now: the limit for ${whose} is used up. ${ending(seconds, now)}`,
    {
      suggestions: [
        ...lifting(limited),
        seconds === undefined ? "Or wait some minutes, and try again." : `Or try again after ${clock(seconds, now)}.`,
      ],
    },
  );
}

function remaining(header: Headers): number | undefined {
  const text = header("x-ratelimit-remaining") ?? header("ratelimit-remaining");
  return text === undefined ? undefined : Number(text);
}

/** By the host's own clock if it tells it, since this computer's may be wrong. */
function secondsLeft(header: Headers, now: number): number | undefined {
  const retryAfter = header("retry-after");
  const date = Date.parse(header("date") ?? "");
  const hostNow = Number.isNaN(date) ? now : date;
  if (retryAfter !== undefined) {
    const until = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - hostNow) / 1000;
    if (!Number.isNaN(until)) return Math.max(0, Math.ceil(until));
  }
  const reset = Number(header("x-ratelimit-reset") ?? header("ratelimit-reset") ?? Number.NaN);
  return Number.isNaN(reset) ? undefined : Math.max(0, Math.ceil(reset - hostNow / 1000));
}

function ending(seconds: number | undefined, now: number): string {
  if (seconds === undefined) return "It did not say for how long.";
  const minutes = Math.ceil(seconds / 60);
  return `It ends at ${clock(seconds, now)}, in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
}

/** The local time, to the second: 14:05:09. */
function clock(seconds: number, now: number): string {
  return new Date(now + seconds * 1000).toLocaleTimeString("en-GB");
}

function lifting({ loginHost: host, kind, token }: RefusingHost): string[] {
  if (token !== undefined) return [];
  const variable = tokenVariableFor(host, kind);
  if (variable === undefined) return ["Give git a login for the host (git help credentials), which raises the limit."];
  const scope = kind === "github" ? ", which needs no scope for public repositories" : "";
  const login = kind === "github" ? [`Or log in: gh auth login${host === "github.com" ? "" : ` --hostname ${host}`}`] : [];
  return [`Set ${variable} to a token${scope}: the limit is far higher then.`, ...login];
}
