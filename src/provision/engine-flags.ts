import type { EngineOptions } from "../store/machine-config.js";

/** Where the engine's certificates are on a host. */
export const REMOTE_CERTIFICATES = {
  ca: "/etc/docker/ca.pem",
  certificate: "/etc/docker/server.pem",
  key: "/etc/docker/server-key.pem",
} as const;

/** What {@link engineFlags} needs beside the user's options. */
export interface EngineFlagsRequest {
  readonly engineOptions: EngineOptions;
  readonly driverName: string;
  /** The endpoint under which clients reach the engine: `tcp://host:port`. */
  readonly engineUrl: string;
  /** The port on which the engine listens on its host, which may be forwarded to another. */
  readonly enginePort: number;
}

/** The arguments of `dockerd`, in the Go program's order. */
export function engineFlags({ engineOptions, driverName, engineUrl, enginePort }: EngineFlagsRequest): readonly string[] {
  const { ArbitraryFlags, InsecureRegistry, Labels, RegistryMirror, StorageDriver } = engineOptions;
  return [
    ...["-H", listenAddress(engineUrl, enginePort), "-H", "unix:///var/run/docker.sock"],
    ...(StorageDriver === "" ? [] : ["--storage-driver", StorageDriver]),
    ...["--tlsverify", "--tlscacert", REMOTE_CERTIFICATES.ca],
    ...["--tlscert", REMOTE_CERTIFICATES.certificate, "--tlskey", REMOTE_CERTIFICATES.key],
    ...labelsOf(Labels, driverName).flatMap((label) => ["--label", label]),
    ...InsecureRegistry.flatMap((registry) => ["--insecure-registry", registry]),
    ...RegistryMirror.flatMap((mirror) => ["--registry-mirror", mirror]),
    ...ArbitraryFlags.map((flag) => `--${flag}`),
  ];
}

/** The keys of daemon.json that dockerd refuses beside these flags. */
export function conflictingKeys(flags: readonly string[], daemonConfig: string): readonly string[] {
  const present = keysOf(daemonConfig);
  const given = flags.filter((flag) => flag.startsWith("-")).map((flag) => keyOf(flag));
  return [...new Set(given)].filter((key) => present.includes(key));
}

/** Keys of daemon.json that are not named as their flag is. */
const KEYS: Readonly<Record<string, string>> = {
  H: "hosts",
  host: "hosts",
  label: "labels",
  "insecure-registry": "insecure-registries",
  "registry-mirror": "registry-mirrors",
  "log-opt": "log-opts",
  "storage-opt": "storage-opts",
  "exec-opt": "exec-opts",
  "dns-opt": "dns-opts",
};

function keyOf(flag: string): string {
  const name = flag.replace(/^-+/, "").replace(/=.*$/s, "");
  return KEYS[name] ?? name;
}

function keysOf(daemonConfig: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(daemonConfig);
    return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : [];
  } catch {
    // dockerd says itself what is wrong with a file that is no JSON, and its journal is shown.
    return [];
  }
}

/** A host that is reached by IPv6 must listen there; `[::]` takes both kinds. */
function listenAddress(engineUrl: string, enginePort: number): string {
  const { hostname } = new URL(engineUrl);
  return `tcp://${hostname.startsWith("[") ? "[::]" : "0.0.0.0"}:${enginePort}`;
}

function labelsOf(labels: readonly string[], driverName: string): readonly string[] {
  const provider = `provider=${driverName}`;
  return [...labels.filter((label) => label !== provider), provider];
}
