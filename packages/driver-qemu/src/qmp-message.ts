import type { JsonValue } from "@docker-machine/driver-sdk";

/** A message of QEMU's (QEMU's docs/interop/qmp-spec.rst, sections "Server Greeting", "Responses" and "Asynchronous Events"). */
export type QmpMessage =
  | { readonly kind: "greeting" }
  | { readonly kind: "return"; readonly id: JsonValue | undefined; readonly value: JsonValue }
  | { readonly kind: "error"; readonly id: JsonValue | undefined; readonly class: string; readonly description: string }
  | (QmpEvent & { readonly kind: "event" });

/** Something that happened in QEMU. */
export interface QmpEvent {
  readonly event: string;
  readonly data: JsonValue;
}

/** Reads one line. `undefined`: it is no message of QMP. */
export function parseQmpMessage(line: string): QmpMessage | undefined {
  const message = parseObject(line);
  if (message === undefined) return undefined;
  const { id, event, error } = message;
  if ("QMP" in message) return { kind: "greeting" };
  if ("return" in message) return { kind: "return", id, value: message.return ?? null };
  if (typeof event === "string") return { kind: "event", event, data: message.data ?? null };
  if (!isObject(error)) return undefined;
  return { kind: "error", id, class: text(error.class, "GenericError"), description: text(error.desc, "no reason given") };
}

function parseObject(line: string): { readonly [name: string]: JsonValue | undefined } | undefined {
  try {
    const value = JSON.parse(line) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
