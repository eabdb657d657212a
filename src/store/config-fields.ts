import { isObject } from "./exact-json.js";
import type { AuthOptions, EngineOptions, HostOptions, NullList, SwarmOptions } from "./machine-config.js";

/** What a field of config.json holds. A `list` is one of texts, and `null` in place of an empty one, as Go's JSON has it. */
type Kind = "text" | "flag" | "whole" | "list" | "nullable list";

type Json = Readonly<Record<string, unknown>>;

type Fields<T> = { readonly [Field in keyof T]-?: Kind };

const engineFields: Fields<EngineOptions> = {
  ArbitraryFlags: "list",
  Dns: "nullable list",
  GraphDir: "text",
  Env: "list",
  Ipv6: "flag",
  InsecureRegistry: "list",
  Labels: "list",
  LogLevel: "text",
  StorageDriver: "text",
  SelinuxEnabled: "flag",
  TlsVerify: "flag",
  RegistryMirror: "list",
  InstallURL: "text",
};

const swarmFields: Fields<SwarmOptions> = {
  IsSwarm: "flag",
  Address: "text",
  Discovery: "text",
  Agent: "flag",
  Master: "flag",
  Host: "text",
  Image: "text",
  Strategy: "text",
  Heartbeat: "whole",
  Overcommit: "whole",
  ArbitraryFlags: "list",
  ArbitraryJoinFlags: "list",
  Env: "nullable list",
  IsExperimental: "flag",
};

const authFields: Fields<AuthOptions> = {
  CertDir: "text",
  CaCertPath: "text",
  CaPrivateKeyPath: "text",
  CaCertRemotePath: "text",
  ServerCertPath: "text",
  ServerKeyPath: "text",
  ClientKeyPath: "text",
  ServerCertRemotePath: "text",
  ServerKeyRemotePath: "text",
  ClientCertPath: "text",
  ServerCertSANs: "list",
  StorePath: "text",
};

/** The fields that the Go program's drivers have in common, in its order. */
const driverFields = {
  IPAddress: "text",
  MachineName: "text",
  SSHUser: "text",
  SSHPort: "whole",
  SSHKeyPath: "text",
  StorePath: "text",
  SwarmMaster: "flag",
  SwarmHost: "text",
  SwarmDiscovery: "text",
} as const satisfies Record<string, Kind>;

/** An object of config.json: its known fields and, for those that a file lacks, Go's zero values. */
interface Shape {
  readonly fields: readonly (readonly [field: string, kind: Kind])[];
  readonly lists: readonly string[];
  readonly zeros: Json;
}

const ZEROS = { text: "", flag: false, whole: 0, list: Object.freeze([]), "nullable list": null } as const;

function shapeOf(fields: Readonly<Record<string, Kind>>): Shape {
  const entries = Object.entries(fields);
  const lists = entries.filter(([, kind]) => kind === "list").map(([field]) => field);
  return { fields: entries, lists, zeros: Object.fromEntries(entries.map(([field, kind]) => [field, ZEROS[kind]])) };
}

const driverShape = shapeOf(driverFields);
const hostShape = shapeOf({ Driver: "text", Memory: "whole", Disk: "whole" });
const sections = [
  ["EngineOptions", shapeOf(engineFields)],
  ["SwarmOptions", shapeOf(swarmFields)],
  ["AuthOptions", shapeOf(authFields)],
] as const;

/** What is wrong with the types of the fields that this program knows, in half a sentence. A missing field is none: Go's zero value stands for it. */
export function problemWithFields(driver: Json, host: Json): string | undefined {
  for (const [section] of sections) if (!isObject(host[section])) return `its HostOptions have no ${section} object`;
  const problem = wrongField("Driver", driverShape, driver) ?? wrongField("HostOptions", hostShape, host);
  if (problem !== undefined) return problem;
  for (const [section, shape] of sections) {
    const inSection = wrongField(`HostOptions.${section}`, shape, host[section] as Json);
    if (inSection !== undefined) return inSection;
  }
  return undefined;
}

function wrongField(path: string, { fields }: Shape, object: Json): string | undefined {
  for (const [field, kind] of fields) {
    const value = object[field];
    if (value !== undefined && !isOfKind(value, kind)) return `its ${path}.${field} is not ${NAMES[kind]}`;
  }
  return undefined;
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: "a text of one line",
  flag: "true or false",
  whole: "a whole number",
  list: "a list of texts",
  "nullable list": "a list of texts",
};

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === "text") return typeof value === "string" && isOneLine(value);
  if (kind === "flag") return typeof value === "boolean";
  if (kind === "whole") return Number.isSafeInteger(value);
  return value === null || (Array.isArray(value) && value.every((each) => typeof each === "string"));
}

/**
 * Whether a text may be printed as it is, without control characters: what config.json says must not steer a terminal, nor look like two lines.
 * A regular expression with a Unicode property would say the same, but the first such one costs milliseconds.
 */
export function isOneLine(text: string): boolean {
  return PRINTABLE.test(text);
}

/** All but C0 and C1 control characters and DEL. */
const PRINTABLE = /^[ -~\u00a0-\uffff]*$/;

/** The lists that are `null` in the file. */
export function nullLists(host: Json): NullList[] {
  const lists: NullList[] = [];
  for (const [section, shape] of sections) {
    const object = host[section] as Json;
    for (const field of shape.lists) if (object[field] === null) lists.push([section, field]);
  }
  return lists;
}

/** `HostOptions` with all fields that the Go program knows, in its order, and the others behind them. The types have been checked. */
export function completeHostOptions(host: Json, lists: readonly NullList[]): HostOptions {
  const complete: Record<string, unknown> = {};
  for (const [section, { zeros }] of sections) complete[section] = { ...zeros, ...(host[section] as Json) };
  for (const [section, field] of lists) complete[section] = { ...(complete[section] as Json), [field]: [] };
  return { ...hostShape.zeros, ...complete, ...host, ...complete } as unknown as HostOptions;
}

/** The common fields of a driver first, in the Go program's order and with its zero values. */
export function completeDriver(driver: Json): Json {
  return { ...driverShape.zeros, ...driver };
}

/** `HostOptions` as they go into the file: an empty list that was `null` there is `null` again. */
export function withNullLists(host: HostOptions, lists: readonly NullList[]): unknown {
  const result: Record<string, unknown> = { ...host };
  for (const [section, field] of lists) {
    const object = result[section] as Json;
    const value = object[field];
    if (Array.isArray(value) && value.length === 0) result[section] = { ...object, [field]: null };
  }
  return result;
}
