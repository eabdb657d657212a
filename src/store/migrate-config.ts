import { dirname, join } from "node:path";
import { completeDriver } from "./config-fields.js";
import { DEFAULT_INSTALL_URL } from "./default-config.js";
import { isObject } from "./exact-json.js";

type Json = Readonly<Record<string, unknown>>;

/** Where the machine is whose config.json is migrated. */
export interface MigrationPlace {
  readonly name: string;
  /** The machine's folder, for files that don't name it. */
  readonly directory: string;
}

/** The first version, of 2015, had everything about certificates and Swarm at the top. The names on the right are the later ones. */
const FLAT_AUTH_FIELDS = ["CaCertPath", "PrivateKeyPath", "ServerCertPath", "ServerKeyPath", "ClientCertPath", "ClientKeyPath"] as const;
const FLAT_SWARM_FIELDS = { SwarmMaster: "Master", SwarmHost: "Host", SwarmDiscovery: "Discovery" } as const;

/** What the first version did without saying so in config.json. */
const FIRST_ENGINE = { TlsVerify: true, InstallURL: DEFAULT_INSTALL_URL } as const;

/** What is wrong with the fields that {@link migrateConfig} reads, in half a sentence. */
export function problemWithOlder(config: Json): string | undefined {
  const host = isObject(config.HostOptions) ? config.HostOptions : {};
  const paths = [
    config.StorePath,
    ...["StorePath", "CertDir", "PrivateKeyPath", "CaPrivateKeyPath"].map((field) => valueIn(host.AuthOptions, field)),
  ];
  const names = ["MachineName", "SSHKeyPath"].map((field) => valueIn(config.Driver, field));
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  return [...paths, ...names].every(isText) ? undefined : "a path or name in it is no text";
}

function valueIn(object: unknown, field: string): unknown {
  return isObject(object) && Object.hasOwn(object, field) ? object[field] : undefined;
}

/**
 * Brings a config.json of version 0, 1 or 2 into the form of version 3, as docker-machine 0.16 does (libmachine/host/migrate*.go), but without losing a field.
 * {@link problemWithOlder} found nothing. What else is of a wrong type stays so, for whoever checks the result.
 */
export function migrateConfig(config: Json, version: number, place: MigrationPlace): Json {
  const nested = version === 0 ? nestFlatFields(config) : config;
  const second = version <= 1 ? completeAuthOptions(nested, place) : nested;
  return completeDriverPaths(second, place);
}

/** 0 → 1: the flat fields move into `HostOptions`. A file of this version may have `HostOptions` too: what they say beyond the flat fields is kept. */
function nestFlatFields(config: Json): Json {
  const { HostOptions = {}, ...rest } = config;
  if (!isObject(HostOptions)) return config;
  const { EngineOptions = FIRST_ENGINE, SwarmOptions = {}, AuthOptions = {} } = HostOptions;
  const auth = FLAT_AUTH_FIELDS.filter((field) => Object.hasOwn(rest, field)).map((field) => [field, rest[field]] as const);
  const swarm = Object.entries(FLAT_SWARM_FIELDS).filter(([field]) => Object.hasOwn(rest, field));
  return {
    ...without(rest, [...FLAT_AUTH_FIELDS, ...Object.keys(FLAT_SWARM_FIELDS)]),
    HostOptions: {
      ...HostOptions,
      EngineOptions,
      SwarmOptions: withFields(SwarmOptions, Object.fromEntries(swarm.map(([field, name]) => [name, rest[field]]))),
      AuthOptions: withFields(AuthOptions, Object.fromEntries(auth)),
    },
  };
}

/** 1 → 2: `PrivateKeyPath` becomes `CaPrivateKeyPath`, `StorePath` moves from the top to the other paths, `CertDir` is new. */
function completeAuthOptions(config: Json, place: MigrationPlace): Json {
  const { StorePath, ...rest } = config;
  const host = config.HostOptions;
  if (!isObject(host) || !isObject(host.AuthOptions)) return config;
  const { PrivateKeyPath, ...auth } = host.AuthOptions;
  const directory = firstText(StorePath, auth.StorePath) ?? place.directory;
  return {
    ...rest,
    HostOptions: {
      ...host,
      AuthOptions: {
        ...auth,
        CaPrivateKeyPath: firstText(auth.CaPrivateKeyPath) ?? PrivateKeyPath ?? "",
        CertDir: firstText(auth.CertDir) ?? join(storeOf(directory), "certs"),
        StorePath: directory,
      },
    },
  };
}

/**
 * 2 → 3: the driver knows its store's path itself. So far it also knew without a field where its SSH key is: `id_rsa` in the machine's folder.
 * The top's `StorePath` is left over in some files of version 2.
 */
function completeDriverPaths(config: Json, place: MigrationPlace): Json {
  const { StorePath, ...rest } = config;
  const { Driver, DriverName, HostOptions } = config;
  if (!isObject(Driver)) return config;
  const auth = isObject(HostOptions) && isObject(HostOptions.AuthOptions) ? HostOptions.AuthOptions : {};
  const directory = firstText(StorePath, auth.StorePath) ?? place.directory;
  // Of a machine that docker-machine 0.3 migrated, the path is the store's, not the machine's.
  const store = isMachineDirectory(directory) ? storeOf(directory) : directory;
  const keyPath = firstText(Driver.SSHKeyPath) ?? (DriverName === "none" ? "" : join(store, "machines", place.name, "id_rsa"));
  return {
    ...rest,
    Driver: completeDriver({
      ...Driver,
      MachineName: firstText(Driver.MachineName) ?? place.name,
      SSHKeyPath: keyPath,
      StorePath: store,
    }),
  };
}

function isMachineDirectory(path: string): boolean {
  return /[\\/]machines[\\/][^\\/]+[\\/]?$/.test(path);
}

/** The store's folder, two above a machine's. */
function storeOf(machineDirectory: string): string {
  return dirname(dirname(machineDirectory));
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function withFields(object: unknown, fields: Json): unknown {
  return isObject(object) ? { ...object, ...fields } : object;
}

function without(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
