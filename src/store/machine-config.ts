import type { JsonValue } from "@docker-machine/driver-sdk";

/** The version of config.json that this program writes: the Go program's latest. */
export const CONFIG_VERSION = 3;

/** How Docker is set up on a host. Field names and order are the Go program's. */
export interface EngineOptions {
  /** Further `dockerd` flags as `name=value`, without dashes. */
  readonly ArbitraryFlags: readonly string[];
  readonly Dns: readonly string[] | null;
  readonly GraphDir: string;
  /** `NAME=value` */
  readonly Env: readonly string[];
  readonly Ipv6: boolean;
  readonly InsecureRegistry: readonly string[];
  /** `name=value` */
  readonly Labels: readonly string[];
  readonly LogLevel: string;
  /** Empty: Docker's own choice. */
  readonly StorageDriver: string;
  readonly SelinuxEnabled: boolean;
  readonly TlsVerify: boolean;
  readonly RegistryMirror: readonly string[];
  /** Address of the script that installs Docker. */
  readonly InstallURL: string;
}

/** Docker's classic Swarm, kept as the Go program saves it. */
export interface SwarmOptions {
  readonly IsSwarm: boolean;
  readonly Address: string;
  readonly Discovery: string;
  readonly Agent: boolean;
  readonly Master: boolean;
  readonly Host: string;
  readonly Image: string;
  readonly Strategy: string;
  readonly Heartbeat: number;
  readonly Overcommit: number;
  readonly ArbitraryFlags: readonly string[];
  readonly ArbitraryJoinFlags: readonly string[];
  readonly Env: readonly string[] | null;
  readonly IsExperimental: boolean;
}

/** Where certificates and keys are, on this computer unless `Remote` is in the name. */
export interface AuthOptions {
  readonly CertDir: string;
  readonly CaCertPath: string;
  readonly CaPrivateKeyPath: string;
  readonly CaCertRemotePath: string;
  readonly ServerCertPath: string;
  readonly ServerKeyPath: string;
  readonly ClientKeyPath: string;
  readonly ServerCertRemotePath: string;
  readonly ServerKeyRemotePath: string;
  readonly ClientCertPath: string;
  /** Further names and addresses for the server certificate. */
  readonly ServerCertSANs: readonly string[];
  /** The machine's folder. */
  readonly StorePath: string;
}

/** The `HostOptions` object of config.json. */
export interface HostOptions {
  readonly Driver: string;
  readonly Memory: number;
  readonly Disk: number;
  readonly EngineOptions: EngineOptions;
  readonly SwarmOptions: SwarmOptions;
  readonly AuthOptions: AuthOptions;
}

/** What this program saves in config.json beside the Go program's fields. */
export interface OwnFields {
  /** What the user typed as driver, in its canonical form, so that a missing driver can be installed again. */
  readonly DriverSource: string;
  /** The options the machine was created with, by property name, without secret ones. */
  readonly DriverOptions: Readonly<Record<string, JsonValue>>;
  /** How far `create` has come. */
  readonly Progress: "creating" | "created" | "provisioned";
}

/** Where a {@link MachineConfig} keeps its {@link ConfigOrigin}: not in the file, and copied by spread. */
export const ORIGIN: unique symbol = Symbol("origin");

/** A list that config.json has as `null`: the name of its section in `HostOptions`, and its own. */
export type NullList = readonly [section: string, field: string];

/** What of the file a {@link MachineConfig} was read from must not be lost when it is written again. */
export interface ConfigOrigin {
  /** The numbers that JavaScript would write otherwise: see `parseExactNumbers`. */
  readonly exactNumbers: unknown;
  readonly nullLists: readonly NullList[];
  /** The whole text, if it is of an older version. */
  readonly olderText: string | undefined;
}

/** A machine as config.json holds it. Unknown fields are kept. */
export interface MachineConfig {
  readonly ConfigVersion: number;
  /** The driver's state. */
  readonly Driver: Readonly<Record<string, JsonValue | undefined>>;
  readonly DriverName: string;
  readonly HostOptions: HostOptions;
  readonly Name: string;
  /** Absent in a machine of the Go program's. */
  readonly DockerMachine?: OwnFields;
  /** Absent where there is nothing to keep. */
  readonly [ORIGIN]?: ConfigOrigin;
}
