import { isDriverName } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../../errors.js";
import { isShippedName } from "../shipped.js";
import { parseSource } from "../source/source.js";
import type { EndOfLife, IndexContent, IndexEntry, IndexSource } from "./index-entry.js";

/** The format of the index that this program reads. What an older program may pass over is no new format. */
const FORMAT_VERSION = 1;
const DELIVERIES = ["shipped", "planned", "fetched"] as const;
const FORMS = ["package", "program"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads the official index. Fields that this program doesn't know are passed over.
 *
 * @param origin what begins a message about it: `The driver index at https://…`
 * @throws {MachineError} `INDEX_INVALID`, `INDEX_VERSION_UNSUPPORTED`
 */
export function parseIndex(text: string, origin: string): IndexContent {
  const content = parseObject(text, origin);
  if (content.formatVersion !== FORMAT_VERSION) throw unsupported(content.formatVersion, origin);
  const { revision, updatedAt, drivers } = content;
  if (!Number.isSafeInteger(revision) || Number(revision) < 1) throw invalid(origin, `its revision is ${show(revision)}`);
  if (typeof updatedAt !== "string" || !DAY.test(updatedAt)) throw invalid(origin, `its day is ${show(updatedAt)}`);
  if (!Array.isArray(drivers)) throw invalid(origin, 'its "drivers" is not a list');
  const entries = drivers.map((each, at) => readEntry(each, `its entry ${at + 1}`, origin));
  refuseDoubles(entries, origin);
  return { revision: Number(revision), updatedAt, drivers: entries };
}

function parseObject(text: string, origin: string): Record<string, unknown> {
  const content = parseJson(text, origin);
  if (isObject(content)) return content;
  throw invalid(origin, "it is not a JSON object");
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(origin, `it is not JSON (${messageOf(error)})`);
  }
}

function readEntry(value: unknown, place: string, origin: string): IndexEntry {
  if (!isObject(value)) throw invalid(origin, `${place} is not an object`);
  const { name, summary, aliases = [] } = value;
  if (!isDriverName(name)) throw invalid(origin, `${place} has the name ${show(name)}`);
  const of = `"${name}"`;
  if (typeof summary !== "string") throw invalid(origin, `${of} has no summary`);
  if (!Array.isArray(aliases) || !aliases.every(isDriverName)) throw invalid(origin, `${of} has the aliases ${show(aliases)}`);
  const delivery = DELIVERIES.find((each) => each === value.delivery);
  if (delivery === undefined) throw invalid(origin, `${of} has the delivery ${show(value.delivery)}`);
  const sources = readSources(value.sources, of, origin);
  if ((delivery === "fetched") !== sources.length > 0) throw invalid(origin, `${of} is ${delivery}, and has ${sources.length} sources`);
  const entry = { name, summary, aliases, delivery, sources, ...readFacts(value, of, origin) };
  refuseShadow(entry, origin);
  return entry;
}

function readFacts(value: Record<string, unknown>, of: string, origin: string): Partial<IndexEntry> {
  const testedUpTo = optionalText(value, "testedUpTo", of, origin);
  const publisher = optionalText(value, "publisher", of, origin);
  const deprecated = readEnd(value.deprecated, `the "deprecated" of ${of}`, origin);
  const withdrawn = readEnd(value.withdrawn, `the "withdrawn" of ${of}`, origin);
  return {
    ...(testedUpTo === undefined ? {} : { testedUpTo }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
  };
}

function readSources(value: unknown, of: string, origin: string): IndexSource[] {
  if (Array.isArray(value)) return value.map((each) => readSource(each, of, origin));
  throw invalid(origin, `the "sources" of ${of} is not a list`);
}

function readSource(value: unknown, of: string, origin: string): IndexSource {
  if (!isObject(value) || typeof value.source !== "string") throw invalid(origin, `a source of ${of} is ${show(value)}`);
  const form = FORMS.find((each) => each === value.form);
  if (form === undefined) throw invalid(origin, `a source of ${of} has the form ${show(value.form)}`);
  const source = parsePublished(value.source);
  if (source === undefined) throw invalid(origin, `${show(value.source)}, a source of ${of}, is no repository and no package`);
  const { platforms } = value;
  if (platforms === undefined) return { source, form };
  if (Array.isArray(platforms) && platforms.every((each) => typeof each === "string")) return { source, form, platforms };
  throw invalid(origin, `a source of ${of} has the platforms ${show(platforms)}`);
}

/** A source that everybody can fetch from, safely; undefined for any other. */
function parsePublished(text: string): IndexSource["source"] | undefined {
  try {
    const source = parseSource(text, "/");
    return source.kind === "npm" || (source.kind === "git" && source.transport === "https") ? source : undefined;
  } catch (error) {
    if (error instanceof MachineError) return undefined;
    throw error;
  }
}

function readEnd(value: unknown, of: string, origin: string): EndOfLife | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value) || typeof value.reason !== "string") throw invalid(origin, `${of} tells no reason`);
  const successor = optionalText(value, "successor", of, origin);
  if (successor !== undefined && !isSource(successor)) throw invalid(origin, `${of} has the successor ${show(successor)}`);
  return { reason: value.reason, ...(successor === undefined ? {} : { successor }) };
}

function isSource(text: string): boolean {
  return isDriverName(text) || parsePublished(text) !== undefined;
}

function optionalText(value: Record<string, unknown>, field: string, of: string, origin: string): string | undefined {
  const text = value[field];
  if (text === undefined || typeof text === "string") return text;
  throw invalid(origin, `the "${field}" of ${of} is ${show(text)}`);
}

/** A name of docker-machine's own drivers never leads elsewhere, whatever an index says. */
function refuseShadow({ name, aliases, delivery }: IndexEntry, origin: string): void {
  const kept = delivery === "fetched" ? [name, ...aliases].find(isShippedName) : undefined;
  if (kept !== undefined) throw invalid(origin, `"${kept}" is kept for docker-machine's own driver, and is to be fetched`);
}

function refuseDoubles(entries: readonly IndexEntry[], origin: string): void {
  const seen = new Set<string>();
  for (const name of entries.flatMap((entry) => [entry.name, ...entry.aliases])) {
    if (seen.has(name)) throw invalid(origin, `it has the name "${name}" twice`);
    seen.add(name);
  }
}

function unsupported(version: unknown, origin: string): MachineError {
  if (typeof version !== "number" || version < FORMAT_VERSION) return invalid(origin, `its format version is ${show(version)}`);
  return new MachineError(
    "INDEX_VERSION_UNSUPPORTED",
    `${origin} has the format version ${version}, but this docker-machine reads ${FORMAT_VERSION}.`,
    { suggestions: ["npm install -g @docker-machine/cli@latest"] },
  );
}

function invalid(origin: string, problem: string): MachineError {
  return new MachineError("INDEX_INVALID", `${origin} can't be used: ${problem}.`, {
    suggestions: [
      "Check the address: the setting indexAddress, or $MACHINE_INDEX_ADDRESS.",
      "Fetch it again: docker-machine driver search --refresh",
    ],
  });
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
