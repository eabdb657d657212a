import type { Logger } from "@docker-machine/driver-sdk";
import type { Certificates } from "../certificates/certificates.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import type { EngineOptions } from "../store/machine-config.js";

/** What {@link provision} sets up, and with what. */
export interface ProvisionRequest {
  readonly machineName: string;
  readonly machineDirectory: string;
  /** Becomes the engine's label `provider`. */
  readonly driverName: string;
  readonly connection: SshConnection;
  readonly engineOptions: EngineOptions;
  readonly certificates: Certificates;
  /** Names and addresses for the server certificate: the host's, and `ServerCertSANs`. */
  readonly certificateHosts: readonly string[];
  /** Docker's endpoint, as the driver tells it: `tcp://10.0.0.5:2376`. The engine listens on its port. */
  readonly engineUrl: string;
  /** Makes a new server certificate even if the present one is good. Default: false. */
  readonly renewCertificates?: boolean;
  /** One line a stage, as the Go program prints them. */
  readonly log: Logger;
  /** What is being done now, for a live display. */
  readonly progress?: (step: string) => void;
  readonly signal: AbortSignal;
}

/** Sets up Docker on a host: from a bare Debian or Ubuntu to an engine that answers over TLS. May be repeated. */
export async function provision(_request: ProvisionRequest): Promise<void> {
  throw new Error("not yet");
}
