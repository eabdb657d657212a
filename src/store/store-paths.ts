import { homedir } from "node:os";
import { join, resolve, sep } from "node:path";
import type { AuthOptions } from "./machine-config.js";
import { assertMachineName } from "./machine-name.js";

/** The Go program's file in a machine's folder. */
export const CONFIG_FILE = "config.json";
/** The values of a machine's secret options: apart from config.json, which `inspect` prints. */
export const SECRETS_FILE = "secrets.json";

/** What moves parts of the store elsewhere. Names are the global flags'. */
export interface StorePathOptions {
  /** Default: `~/.docker/machine`. */
  readonly storagePath?: string | undefined;
  readonly tlsCaCert?: string | undefined;
  readonly tlsCaKey?: string | undefined;
  readonly tlsClientCert?: string | undefined;
  readonly tlsClientKey?: string | undefined;
}

/** Where each thing is in the store, as the Go program lays it out. */
export class StorePaths {
  readonly storagePath: string;
  readonly certDirectory: string;
  readonly caCertPath: string;
  readonly caPrivateKeyPath: string;
  readonly clientCertPath: string;
  readonly clientKeyPath: string;
  /** The folder of all machines' folders. */
  readonly machinesDirectory: string;

  constructor(options: StorePathOptions = {}) {
    this.storagePath = resolve(options.storagePath || join(homedir(), ".docker", "machine"));
    this.certDirectory = join(this.storagePath, "certs");
    this.caCertPath = resolve(options.tlsCaCert || join(this.certDirectory, "ca.pem"));
    this.caPrivateKeyPath = resolve(options.tlsCaKey || join(this.certDirectory, "ca-key.pem"));
    this.clientCertPath = resolve(options.tlsClientCert || join(this.certDirectory, "cert.pem"));
    this.clientKeyPath = resolve(options.tlsClientKey || join(this.certDirectory, "key.pem"));
    this.machinesDirectory = join(this.storagePath, "machines");
  }

  /** The files that all machines share, by the names they have in config.json. */
  get authority(): Pick<AuthOptions, "CaCertPath" | "CaPrivateKeyPath" | "ClientCertPath" | "ClientKeyPath"> {
    return {
      CaCertPath: this.caCertPath,
      CaPrivateKeyPath: this.caPrivateKeyPath,
      ClientCertPath: this.clientCertPath,
      ClientKeyPath: this.clientKeyPath,
    };
  }

  /** @throws {MachineError} `MACHINE_NAME_INVALID` for a name that must not become a path */
  machineDirectory(name: string): string {
    assertMachineName(name);
    return this.machinesDirectory + sep + name;
  }

  /** Where a machine's folder is filled before it appears: hidden, so that no program takes it for a machine. */
  stagingDirectory(name: string): string {
    assertMachineName(name);
    return join(this.machinesDirectory, `.${name}.new`);
  }

  configPath(name: string): string {
    return this.machineDirectory(name) + sep + CONFIG_FILE;
  }

  secretsPath(name: string): string {
    return join(this.machineDirectory(name), SECRETS_FILE);
  }

  /** A UUID that tells this store from others. */
  get storeIdPath(): string {
    return join(this.storagePath, ".store-id");
  }

  /** The host's key, as recorded when the machine was created. */
  knownHostsPath(name: string): string {
    return join(this.machineDirectory(name), "known_hosts");
  }

  /** Outside the machine's folder, which may vanish while the lock is held. */
  lockPath(name: string): string {
    assertMachineName(name);
    return join(this.storagePath, ".locks", `${name}.lock`);
  }
}
