import { AwsFault } from "../aws-fault.ts";
import type { Region } from "./region.ts";

/** The members by which a call asks for a page. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** A part of an answer, and what to ask the next part with. */
export interface Page<T> {
  readonly items: T[];
  readonly next: { readonly NextToken?: string };
}

/**
 * Cuts an answer into pages: as long as asked for, and never longer than the account's `pageSize`.
 *
 * @param lowest the smallest `MaxResults` that the call takes
 * @throws AwsFault `InvalidParameterValue` for a size out of 5 to 1000, `InvalidPaginationToken` for a token that we didn't give out
 */
export function page<T>(region: Region, items: readonly T[], request: PageRequest, lowest = 5): Page<T> {
  const size = request.MaxResults;
  if (size !== undefined && (size < lowest || size > 1000)) {
    throw new AwsFault(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${lowest} and 1000.`,
    );
  }
  const start = request.NextToken === undefined ? 0 : startOf(request.NextToken);
  const end = start + Math.min(size ?? Number.POSITIVE_INFINITY, region.account.pageSize);
  return {
    items: items.slice(start, end),
    next: end < items.length ? { NextToken: Buffer.from(`page:${end}`).toString("base64") } : {},
  };
}

function startOf(token: string): number {
  const start = /^page:(\d+)$/.exec(Buffer.from(token, "base64").toString("latin1"))?.[1];
  if (start === undefined) throw new AwsFault("InvalidPaginationToken", "The specified pagination token is not valid or has expired");
  return Number(start);
}
