import { join } from "node:path";
import { CONFIG_VERSION, type EngineOptions, type MachineConfig, type OwnFields, type SwarmOptions } from "./machine-config.js";
import type { StorePaths } from "./store-paths.js";

/** What `create` was asked for, beside the driver's own options. */
export interface NewMachine {
  readonly name: string;
  readonly driverName: string;
  readonly engine: Partial<EngineOptions>;
  readonly swarm: Partial<SwarmOptions>;
  readonly subjectAltNames: readonly string[];
  readonly own: OwnFields;
}

/** Where the script that installs Docker is, unless the user says otherwise. */
export const DEFAULT_INSTALL_URL = "https://get.docker.com";

const defaultEngine: EngineOptions = {
  ArbitraryFlags: [],
  Dns: null,
  GraphDir: "",
  Env: [],
  Ipv6: false,
  InsecureRegistry: [],
  Labels: [],
  LogLevel: "",
  StorageDriver: "",
  SelinuxEnabled: false,
  TlsVerify: true,
  RegistryMirror: [],
  InstallURL: DEFAULT_INSTALL_URL,
};

const defaultSwarm: SwarmOptions = {
  IsSwarm: false,
  Address: "",
  Discovery: "",
  Agent: false,
  Master: false,
  Host: "tcp://0.0.0.0:3376",
  Image: "swarm:latest",
  Strategy: "spread",
  Heartbeat: 0,
  Overcommit: 0,
  ArbitraryFlags: [],
  ArbitraryJoinFlags: [],
  Env: null,
  IsExperimental: false,
};

/** A new machine's config.json, field for field and in the order in which the Go program writes it. */
export function newMachineConfig(paths: StorePaths, machine: NewMachine): MachineConfig {
  const swarm = { ...defaultSwarm, ...machine.swarm };
  return {
    ConfigVersion: CONFIG_VERSION,
    Driver: {
      IPAddress: "",
      MachineName: machine.name,
      SSHUser: "",
      SSHPort: 0,
      SSHKeyPath: "",
      StorePath: paths.storagePath,
      ...driverSwarm(machine.driverName, swarm),
    },
    DriverName: machine.driverName,
    HostOptions: {
      Driver: "",
      Memory: 0,
      Disk: 0,
      EngineOptions: { ...defaultEngine, ...machine.engine },
      SwarmOptions: swarm,
      AuthOptions: authOptions(paths, machine),
    },
    Name: machine.name,
    DockerMachine: machine.own,
  };
}

/** What drivers repeat of the Swarm options (`SetSwarmConfigFromFlags` of libmachine/drivers/base.go), which these two of the Go program's don't. */
function driverSwarm(driverName: string, swarm: SwarmOptions) {
  const isRepeated = driverName !== "none" && driverName !== "generic";
  return {
    SwarmMaster: isRepeated && swarm.Master,
    SwarmHost: isRepeated ? swarm.Host : "",
    SwarmDiscovery: isRepeated ? swarm.Discovery : "",
  };
}

function authOptions(paths: StorePaths, { name, subjectAltNames }: NewMachine): MachineConfig["HostOptions"]["AuthOptions"] {
  const directory = paths.machineDirectory(name);
  return {
    CertDir: paths.certDirectory,
    CaCertPath: paths.caCertPath,
    CaPrivateKeyPath: paths.caPrivateKeyPath,
    CaCertRemotePath: "",
    ServerCertPath: join(directory, "server.pem"),
    ServerKeyPath: join(directory, "server-key.pem"),
    ClientKeyPath: paths.clientKeyPath,
    ServerCertRemotePath: "",
    ServerKeyRemotePath: "",
    ClientCertPath: paths.clientCertPath,
    ServerCertSANs: subjectAltNames,
    StorePath: directory,
  };
}
