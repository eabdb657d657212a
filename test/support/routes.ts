import { type Answer, json, problem, type RecordedRequest } from "./recording-server.js";

/** What a stand-in for an API answers, by path with query: JSON, or an answer as it is. Everything else is not found. */
export type Routes = Readonly<Record<string, (request: RecordedRequest) => unknown>>;

/**
 * Answers by a table of paths.
 *
 * @param authorization without which nothing is found, if given
 */
export function routes(table: () => Routes, authorization?: string): (request: RecordedRequest) => Answer {
  return (request) => {
    const route = table()[request.path];
    if (route === undefined || (authorization !== undefined && request.authorization !== authorization)) return problem(404, "Not Found");
    const value = route(request);
    return isAnswer(value) ? value : json(request, value);
  };
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "status" in value && typeof value.status === "number";
}
