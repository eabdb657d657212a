import type { Logger } from "@docker-machine/driver-sdk";
import type { AuthOptions } from "../store/machine-config.js";

/** The four files that all machines of a store share. */
export type AuthorityPaths = Pick<AuthOptions, "CaCertPath" | "CaPrivateKeyPath" | "ClientCertPath" | "ClientKeyPath">;

/** Which certificate {@link Certificates.ensureServerCertificate} makes. */
export interface ServerCertificateRequest {
  readonly machineName: string;
  /** Where server.pem and server-key.pem are. */
  readonly machineDirectory: string;
  /** Names and addresses under which the engine is reached; `localhost` is added. */
  readonly hosts: readonly string[];
  /** Makes a new key and certificate even if the present ones are good. Default: false. */
  readonly renew?: boolean;
}

/** Paths of a machine's server certificate on this computer. */
export interface ServerCertificateFiles {
  readonly caPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** What {@link Certificates} needs. */
export interface CertificatesOptions {
  readonly paths: AuthorityPaths;
  readonly log: Pick<Logger, "info">;
  readonly signal?: AbortSignal;
}

/** The certificates of a store. */
export class Certificates {
  constructor(_options: CertificatesOptions) {}
  /** Makes the CA and the client certificate, or checks those that exist. Safe when many processes do it at once. */
  async ensureAuthority(): Promise<void> {
    throw new Error("not yet");
  }
  /** Checks that the CA's key is there, so that server certificates can be made. */
  async checkCanSign(): Promise<void> {
    throw new Error("not yet");
  }
  /** Makes the machine's server certificate, unless the present one is good. */
  async ensureServerCertificate(_request: ServerCertificateRequest): Promise<ServerCertificateFiles> {
    throw new Error("not yet");
  }
  /** Puts ca.pem, cert.pem and key.pem into the machine's folder. */
  async copyClientFiles(_machineDirectory: string): Promise<void> {
    throw new Error("not yet");
  }
}
