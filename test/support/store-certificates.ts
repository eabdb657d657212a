import { join } from "node:path";
import { type AuthorityPaths, Certificates } from "../../src/certificates/certificates.js";
import { RecordingLog } from "./recording-log.js";

/** Where a store at `directory` keeps what all its machines share. */
export function authorityPaths(directory: string): AuthorityPaths {
  const certificates = join(directory, "certs");
  return {
    CaCertPath: join(certificates, "ca.pem"),
    CaPrivateKeyPath: join(certificates, "ca-key.pem"),
    ClientCertPath: join(certificates, "cert.pem"),
    ClientKeyPath: join(certificates, "key.pem"),
  };
}

/** The certificates of a store at `directory`, whose owner is `root`. */
export function storeCertificates(directory: string, log: RecordingLog = new RecordingLog()): Certificates {
  return new Certificates({ paths: authorityPaths(directory), log, owner: "root" });
}
