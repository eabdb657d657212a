import type { DriverDefinition, OptionSpec } from "@docker-machine/driver-sdk";
import { type Flag, type FlagValues, listFlag, parsedFlag, switchFlag, textFlag } from "./command-line/flags.js";
import { globalFlags } from "./command-line/global-flags.js";
import { MachineError } from "./errors.js";
import type { EngineOptions, SwarmOptions } from "./store/machine-config.js";

/** The flags of `create` that all drivers share. */
export const createFlags = {
  driver: textFlag({
    char: "d",
    env: "MACHINE_DRIVER",
    completes: "drivers",
    description: "Driver to create machine with: a name, or where to get it (github.com/org/repo, npm:package, ./folder)",
  }),
  "engine-env": listFlag({ description: "Environment variable of the engine, as NAME=value" }),
  "engine-insecure-registry": listFlag({ description: "Registry the engine may talk to without TLS" }),
  "engine-install-url": textFlag({
    env: "MACHINE_DOCKER_INSTALL_URL",
    default: "https://get.docker.com",
    description: "URL of the script that installs the engine",
  }),
  "engine-label": listFlag({ description: "Label of the engine, as name=value" }),
  "engine-opt": listFlag({ description: "Further flag of the engine, as name=value" }),
  "engine-registry-mirror": listFlag({ env: "ENGINE_REGISTRY_MIRROR", description: "Registry mirror of the engine" }),
  "engine-storage-driver": textFlag({ description: "Storage driver of the engine; its own choice by default" }),
  offline: switchFlag({ description: "Fetch no driver: use what is in caches" }),
  parallel: parsedFlag({
    description: "How many of several machines are made at once",
    default: 10,
    read: (text): number => {
      if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
      throw new MachineError("ARGUMENTS_INVALID", "it must be a whole number from 1 to 9999.");
    },
  }),
  swarm: switchFlag({ description: "Record the machine as part of a classic Swarm" }),
  "swarm-addr": textFlag({ description: "Address to advertise for Swarm" }),
  "swarm-discovery": textFlag({ description: "Discovery service of the Swarm" }),
  "swarm-experimental": switchFlag({ description: "Enable Swarm's experimental features" }),
  "swarm-host": textFlag({ default: "tcp://0.0.0.0:3376", description: "Address the Swarm master listens on" }),
  "swarm-image": textFlag({ env: "MACHINE_SWARM_IMAGE", default: "swarm:latest", description: "Image of Swarm" }),
  "swarm-join-opt": listFlag({ description: "Further flag for joining the Swarm" }),
  "swarm-master": switchFlag({ description: "Record the machine as Swarm master" }),
  "swarm-opt": listFlag({ description: "Further flag of the Swarm master" }),
  "swarm-strategy": textFlag({ default: "spread", description: "Scheduling strategy of the Swarm" }),
  "tls-san": listFlag({ description: "Further name or address in the server certificate" }),
  yes: switchFlag({ char: "y", description: "Ask nothing about a driver that is fetched: agree beforehand" }),
};

/** The values of {@link createFlags}. */
export type CreateFlagValues = FlagValues<typeof createFlags>;

/** How the engine is to be set up. */
export function engineOptionsOf(flags: CreateFlagValues): Partial<EngineOptions> {
  return {
    ArbitraryFlags: flags["engine-opt"],
    Env: flags["engine-env"],
    InsecureRegistry: flags["engine-insecure-registry"],
    Labels: flags["engine-label"],
    StorageDriver: flags["engine-storage-driver"] ?? "",
    RegistryMirror: flags["engine-registry-mirror"],
    InstallURL: flags["engine-install-url"],
  };
}

/**
 * What is recorded about classic Swarm.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for a discovery address of the wrong form, whether it is used or not
 */
export function swarmOptionsOf(flags: CreateFlagValues): Partial<SwarmOptions> {
  const discovery = flags["swarm-discovery"] ?? "";
  if (discovery !== "" && !discovery.includes("://")) {
    throw new MachineError(
      "ARGUMENTS_INVALID",
      `Error parsing swarm discovery: Swarm Discovery URL was in the wrong format: ${discovery}`,
      {
        suggestions: ["--swarm-discovery SERVICE://ADDRESS, for example token://1234"],
      },
    );
  }
  return {
    IsSwarm: flags.swarm,
    Address: flags["swarm-addr"] ?? "",
    Discovery: discovery,
    Agent: flags.swarm,
    Master: flags["swarm-master"],
    Host: flags["swarm-host"],
    Image: flags["swarm-image"],
    Strategy: flags["swarm-strategy"],
    ArbitraryFlags: flags["swarm-opt"],
    ArbitraryJoinFlags: flags["swarm-join-opt"],
    IsExperimental: flags["swarm-experimental"],
  };
}

/**
 * A driver's options as flags of `create`. Values stay text: the SDK checks them.
 *
 * @throws {MachineError} `DRIVER_EXPORT_INVALID` for an option with the flag of one of ours, which must keep its meaning
 */
export function driverFlags({ name, options: specs }: Pick<DriverDefinition, "name" | "options">): Readonly<Record<string, Flag>> {
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

/** Without env and default: the SDK finds these out, which knows the type of the option. */
function driverFlag(spec: OptionSpec): Flag {
  const described = { description: `${spec.usage}${spec.env === undefined ? "" : ` [$${spec.env}]`}`, helpGroup: "DRIVER" };
  if (spec.type === "boolean") return switchFlag(described);
  if (spec.type === "string-list") return listFlag(described);
  return textFlag({ ...described, ...(spec.default === undefined ? {} : { defaultHelp: String(spec.default) }) });
}
