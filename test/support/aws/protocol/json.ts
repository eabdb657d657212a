import { AwsFault } from "../aws-fault.ts";
import type { Structure } from "../call.ts";
import { wrong } from "../model/problem.ts";
import type { Place, ServiceModel } from "../model/service-model.ts";
import type { Protocol, WireAnswer, WireRequest } from "./protocol.ts";

const TYPE = "application/x-amz-json-1.1";

/** SSM's and Service Quotas' protocol. Smithy: `aws.protocols#awsJson1_1`. */
export function awsJson(model: ServiceModel): Protocol {
  return {
    actionOf({ method, url, headers }) {
      const [prefix, action, ...rest] = (headers["x-amz-target"] ?? "").split(".");
      const isOurs = method === "POST" && url === "/" && headers["content-type"] === TYPE && rest.length === 0;
      if (!isOurs || prefix !== model.metadata.targetPrefix || action === undefined) {
        throw new AwsFault("UnknownOperationException", "");
      }
      return action;
    },
    read({ input = {} }, request) {
      const value = parsed(request);
      return typeof value === "object" && value !== null
        ? { input: fromJson(model, input, value) as Structure, problems: [] }
        : { input: {}, problems: [wrong("the body", value, "a structure")] };
    },
    faultOf: ({ kind, path, text }) =>
      new AwsFault(kind === "missing" ? "ValidationException" : "SerializationException", `${path} ${text}`),
    write: (_action, { output = {} }, structure) => answer(200, toJson(model, output, structure ?? {})),
    writeFault: ({ code, message, status }) => answer(status, { __type: code, ...(message === "" ? {} : { message }) }),
  };
}

function parsed({ body }: WireRequest): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsFault("SerializationException", "");
  }
}

function answer(status: number, value: unknown): WireAnswer {
  return { status, headers: { "content-type": TYPE }, body: JSON.stringify(value) };
}

/** Times and bytes out of JSON. What isn't as the model has it stays as it is, for validation to find. */
function fromJson(model: ServiceModel, place: Place, value: unknown): unknown {
  const shape = model.shapeAt(place);
  if (shape.type === "timestamp" && typeof value === "number") return new Date(value * 1000);
  if (shape.type === "blob" && typeof value === "string") return Buffer.from(value, "base64");
  return converted(shape, value, (at, item) => fromJson(model, at, item));
}

function toJson(model: ServiceModel, place: Place, value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return converted(model.shapeAt(place), value, (at, item) => toJson(model, at, item));
}

function converted(shape: Place, value: unknown, convert: (place: Place, value: unknown) => unknown): unknown {
  if (shape.type === "list" && Array.isArray(value)) return value.map((item) => convert(shape.member ?? {}, item));
  if (typeof value !== "object" || value === null || (shape.type !== "structure" && shape.type !== "map")) return value;
  const placeOf = (name: string) => (shape.type === "map" ? shape.value : shape.members?.[name]) ?? {};
  // JSON's null is a member that isn't there.
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, convert(placeOf(name), item)]));
}
