import type { DriverDefinition, OptionSpec } from "@docker-machine/driver-sdk";
import { Flags } from "@oclif/core";
import { MachineError } from "./errors.js";
import { globalFlags } from "./machine-command.js";
import type { EngineOptions, SwarmOptions } from "./store/machine-config.js";

const list = { multiple: true, multipleNonGreedy: true } as const;

/** The flags of `create` that all drivers share. */
export const createFlags = {
  driver: Flags.string({
    char: "d",
    env: "MACHINE_DRIVER",
    description: "Driver to create machine with: a name, or where to get it (github.com/org/repo, npm:package, ./folder)",
  }),
  "engine-env": Flags.string({ ...list, description: "Environment variable of the engine, as NAME=value" }),
  "engine-insecure-registry": Flags.string({ ...list, description: "Registry the engine may talk to without TLS" }),
  "engine-install-url": Flags.string({
    env: "MACHINE_DOCKER_INSTALL_URL",
    default: "https://get.docker.com",
    description: "URL of the script that installs the engine",
  }),
  "engine-label": Flags.string({ ...list, description: "Label of the engine, as name=value" }),
  "engine-opt": Flags.string({ ...list, description: "Further flag of the engine, as name=value" }),
  "engine-registry-mirror": Flags.string({ ...list, env: "ENGINE_REGISTRY_MIRROR", description: "Registry mirror of the engine" }),
  "engine-storage-driver": Flags.string({ description: "Storage driver of the engine; its own choice by default" }),
  swarm: Flags.boolean({ description: "Record the machine as part of a classic Swarm" }),
  "swarm-addr": Flags.string({ description: "Address to advertise for Swarm" }),
  "swarm-discovery": Flags.string({ description: "Discovery service of the Swarm" }),
  "swarm-experimental": Flags.boolean({ description: "Enable Swarm's experimental features" }),
  "swarm-host": Flags.string({ default: "tcp://0.0.0.0:3376", description: "Address the Swarm master listens on" }),
  "swarm-image": Flags.string({ env: "MACHINE_SWARM_IMAGE", default: "swarm:latest", description: "Image of Swarm" }),
  "swarm-join-opt": Flags.string({ ...list, description: "Further flag for joining the Swarm" }),
  "swarm-master": Flags.boolean({ description: "Record the machine as Swarm master" }),
  "swarm-opt": Flags.string({ ...list, description: "Further flag of the Swarm master" }),
  "swarm-strategy": Flags.string({ default: "spread", description: "Scheduling strategy of the Swarm" }),
  "tls-san": Flags.string({ ...list, description: "Further name or address in the server certificate" }),
};

/** The values of {@link createFlags}. */
export interface CreateFlagValues {
  readonly [flag: string]: unknown;
  readonly "engine-env"?: string[] | undefined;
  readonly "engine-insecure-registry"?: string[] | undefined;
  readonly "engine-install-url": string;
  readonly "engine-label"?: string[] | undefined;
  readonly "engine-opt"?: string[] | undefined;
  readonly "engine-registry-mirror"?: string[] | undefined;
  readonly "engine-storage-driver"?: string | undefined;
  readonly swarm?: boolean | undefined;
  readonly "swarm-addr"?: string | undefined;
  readonly "swarm-discovery"?: string | undefined;
  readonly "swarm-experimental"?: boolean | undefined;
  readonly "swarm-host": string;
  readonly "swarm-image": string;
  readonly "swarm-join-opt"?: string[] | undefined;
  readonly "swarm-master"?: boolean | undefined;
  readonly "swarm-opt"?: string[] | undefined;
  readonly "swarm-strategy": string;
}

/** How the engine is to be set up. */
export function engineOptionsOf(flags: CreateFlagValues): Partial<EngineOptions> {
  return {
    ArbitraryFlags: flags["engine-opt"] ?? [],
    Env: flags["engine-env"] ?? [],
    InsecureRegistry: flags["engine-insecure-registry"] ?? [],
    Labels: flags["engine-label"] ?? [],
    StorageDriver: flags["engine-storage-driver"] ?? "",
    RegistryMirror: flags["engine-registry-mirror"] ?? [],
    InstallURL: flags["engine-install-url"],
  };
}

/**
 * What is recorded about classic Swarm.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for a discovery address of the wrong form
 */
export function swarmOptionsOf(flags: CreateFlagValues): Partial<SwarmOptions> {
  const discovery = flags["swarm-discovery"] ?? "";
  if (flags.swarm === true && discovery !== "" && !/^[^:/]+:\/\/.*$/.test(discovery)) {
    throw new MachineError("ARGUMENTS_INVALID", `Error parsing swarm discovery: Swarm Discovery URL was in the wrong format: ${discovery}`);
  }
  return {
    IsSwarm: flags.swarm === true,
    Address: flags["swarm-addr"] ?? "",
    Discovery: discovery,
    Agent: flags.swarm === true,
    Master: flags["swarm-master"] === true,
    Host: flags["swarm-host"],
    Image: flags["swarm-image"],
    Strategy: flags["swarm-strategy"],
    ArbitraryFlags: flags["swarm-opt"] ?? [],
    ArbitraryJoinFlags: flags["swarm-join-opt"] ?? [],
    IsExperimental: flags["swarm-experimental"] === true,
  };
}

/**
 * A driver's options as flags of `create`. Values stay text: the SDK checks them.
 *
 * @throws {MachineError} `DRIVER_EXPORT_INVALID` for an option with the flag of one of ours, which must keep its meaning
 */
export function driverFlags({ name, options: specs }: Pick<DriverDefinition, "name" | "options">) {
  const taken = Object.values(specs).find(({ flag }) => Object.hasOwn(createFlags, flag) || Object.hasOwn(globalFlags, flag));
  if (taken !== undefined) {
    throw new MachineError(
      "DRIVER_EXPORT_INVALID",
      `The driver "${name}" has an option --${taken.flag}, which is one of docker-machine's own.`,
      {
        suggestions: [`For its author: begin the flag with the driver's name: --${name}-${taken.flag}`],
      },
    );
  }
  return Object.fromEntries(Object.values(specs).map((spec) => [spec.flag, driverFlag(spec)]));
}

function driverFlag(spec: OptionSpec) {
  const described = { description: `${spec.usage}${spec.env === undefined ? "" : ` [env: ${spec.env}]`}`, helpGroup: "DRIVER" };
  if (spec.type === "boolean") return Flags.boolean(described);
  if (spec.type === "string-list") return Flags.string({ ...list, ...described });
  const shown = spec.default === undefined ? {} : { defaultHelp: async () => String(spec.default) };
  return Flags.string({ ...described, ...shown });
}

/** The driver that a command line names, before the rest of it can be read: that driver's options are not known yet. */
export function driverInArgv(argv: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  for (const [index, word] of argv.entries()) {
    if (word === "--") break;
    if (word === "-d" || word === "--driver") return argv[index + 1];
    const [, value] = /^(?:--driver=|-d=?)(.+)$/.exec(word) ?? [];
    if (value !== undefined) return value;
  }
  return env.MACHINE_DRIVER === "" ? undefined : env.MACHINE_DRIVER;
}

/** `--switch=true` as programs write it: oclif's switches take no value. */
export function withoutSwitchValues(argv: readonly string[], switches: readonly string[]): string[] {
  return argv.flatMap((word) => {
    const [, flag = "", value = ""] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    if (!switches.includes(flag)) return [word];
    return ["", "0", "false", "f"].includes(value.toLowerCase()) ? [] : [`--${flag}`];
  });
}
