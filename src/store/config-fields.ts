import { isObject } from "./exact-json.js";
import type { AuthOptions, EngineOptions, HostOptions, SwarmOptions } from "./machine-config.js";

/** What a field of config.json holds. A `list` is one of texts, and `null` in place of an empty one, as Go's JSON has it. */
type Kind = "text" | "flag" | "whole" | "list" | "nullable list";

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

const sections = { EngineOptions: engineFields, SwarmOptions: swarmFields, AuthOptions: authFields } as const;
const hostFields = { Driver: "text", Memory: "whole", Disk: "whole" } as const;

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

/** A list that config.json has as `null`: the name of its section, and its own. */
export type NullList = readonly [section: keyof typeof sections, field: string];

/** What is wrong with the types of the fields that this program knows, in half a sentence. A missing field is none: Go's zero value stands for it. */
export function problemWithFields(driver: Readonly<Record<string, unknown>>, host: Readonly<Record<string, unknown>>): string | undefined {
  const missing = Object.keys(sections).find((section) => !isObject(host[section]));
  if (missing !== undefined) return `its HostOptions have no ${missing} object`;
  return (
    wrongField("Driver", driverFields, driver) ??
    wrongField("HostOptions", hostFields, host) ??
    Object.entries(sections)
      .map(([section, fields]) => wrongField(`HostOptions.${section}`, fields, host[section] as Readonly<Record<string, unknown>>))
      .find((problem) => problem !== undefined)
  );
}

function wrongField(path: string, fields: Readonly<Record<string, Kind>>, object: Readonly<Record<string, unknown>>): string | undefined {
  for (const [field, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(object, field) ? object[field] : undefined;
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

/** Whether a text may be printed as it is: what config.json says must not steer a terminal, nor look like two lines. */
export function isOneLine(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

/** The lists that are `null` in the file. */
export function nullLists(host: Readonly<Record<string, unknown>>): NullList[] {
  return Object.entries(sections).flatMap(([section, fields]) => {
    const object = host[section] as Readonly<Record<string, unknown>>;
    const names = Object.entries(fields).filter(([field, kind]) => kind === "list" && object[field] === null);
    return names.map(([field]) => [section as keyof typeof sections, field] as const);
  });
}

/** `HostOptions` with all fields that the Go program knows, in its order, and the others behind them. The types have been checked. */
export function completeHostOptions(host: Readonly<Record<string, unknown>>): HostOptions {
  const complete = Object.entries(sections).map(([section, fields]) => [section, completed(fields, host[section] as object)] as const);
  return { ...zeros(hostFields), ...Object.fromEntries(complete), ...withoutSections(host) } as unknown as HostOptions;
}

function withoutSections(host: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(host).filter(([field]) => !Object.hasOwn(sections, field)));
}

function completed(fields: Readonly<Record<string, Kind>>, object: object): object {
  const present = Object.entries(object).map(([field, value]) => [field, value ?? (fields[field] === "list" ? [] : value)] as const);
  return { ...zeros(fields), ...Object.fromEntries(present) };
}

/** The common fields of a driver first, in the Go program's order and with its zero values. */
export function completeDriver(driver: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...zeros(driverFields), ...driver };
}

function zeros(fields: Readonly<Record<string, Kind>>): Record<string, unknown> {
  const zero = (kind: Kind) => ({ text: "", flag: false, whole: 0, list: [], "nullable list": null })[kind];
  return Object.fromEntries(Object.entries(fields).map(([field, kind]) => [field, zero(kind)]));
}

/** `HostOptions` as they go into the file: an empty list that was `null` there is `null` again. */
export function withNullLists(host: HostOptions, lists: readonly NullList[]): unknown {
  const result: Record<string, unknown> = { ...host };
  for (const [section, field] of lists) {
    const object = result[section] as Readonly<Record<string, unknown>>;
    const value = object[field];
    if (Array.isArray(value) && value.length === 0) result[section] = { ...object, [field]: null };
  }
  return result;
}
