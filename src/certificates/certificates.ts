import type { KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { domainToASCII } from "node:url";
import type { Logger } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../errors.js";
import { PRIVATE_FILE_MODE, sweepUnfinished, writeAtomically } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import type { AuthOptions } from "../store/machine-config.js";
import { daysLeft, endWarning, RENEWAL_DAYS } from "./end-warnings.js";
import { CERTIFICATE_MODE, checkPair, isSignedBy, type PairPaths, readCertificate, readKey } from "./pair.js";
import { finishReplacement, isBeingReplaced, replacePair } from "./replace-pair.js";
import { type Authority, createKey, keyToPem, signAuthority, signClient, signServer } from "./sign.js";

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

/** A machine's server certificate, and what it is checked by, on this computer. */
export interface ServerCertificateFiles {
  readonly caPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** What {@link Certificates} needs. */
export interface CertificatesOptions {
  readonly paths: AuthorityPaths;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly signal?: AbortSignal;
  /** Named in the certificates. Default: the user's name. */
  readonly owner?: string;
}

/**
 * The certificates of a store: a CA, a client certificate, and a server certificate per machine.
 *
 * A key is always on disk before its certificate, so whoever is killed between the two leaves a key, from which the next call makes the certificate.
 * An existing key of the CA is never replaced, since every machine relies on it. The client's pair can be: see {@link renewClient}.
 */
export class Certificates {
  readonly #ca: PairPaths;
  readonly #client: PairPaths;
  readonly #options: CertificatesOptions;
  readonly #owner: string;

  constructor(options: CertificatesOptions) {
    const { CaCertPath, CaPrivateKeyPath, ClientCertPath, ClientKeyPath } = options.paths;
    this.#ca = { role: "CA", certificatePath: CaCertPath, keyPath: CaPrivateKeyPath };
    this.#client = { role: "client", certificatePath: ClientCertPath, keyPath: ClientKeyPath };
    this.#options = options;
    this.#owner = options.owner ?? userName();
  }

  /**
   * Makes the CA and the client certificate, or checks those that exist. Safe when many processes do it at once.
   * A CA without its key is fine here, as long as nothing is to be signed: see {@link checkCanSign}.
   *
   * @throws {MachineError} `CERTIFICATE_*`, `LOCK_TIMEOUT`, `OPERATION_ABORTED`
   */
  async ensureAuthority(): Promise<void> {
    const ca = await this.#ensureCertificate(this.#ca, "Creating CA", (key) => signAuthority({ organization: this.#owner, key }));
    checkPair(this.#ca, ca, await readKey(this.#ca.keyPath));
    await this.#settleClient();
    const client = await this.#ensureCertificate(this.#client, "Creating client certificate", (key) => this.#signClient(key));
    this.#checkClient(client, ca, await readKey(this.#client.keyPath));
    for (const [pair, certificate] of [[this.#ca, ca] as const, [this.#client, client] as const]) this.#warnOfEnd(pair, certificate);
  }

  /**
   * Replaces the client's key and certificate by new ones of the same CA, so that every machine goes on to accept them. Copies in machines' folders are left:
   * see {@link copyClientFiles}. Killed at any moment, the old pair is valid, or the next call of any method puts the new one into its place.
   *
   * @throws {MachineError} `CERTIFICATE_*`, `LOCK_TIMEOUT`, `OPERATION_ABORTED`
   */
  async renewClient(): Promise<void> {
    await this.#withLock(this.#client, async () => {
      await finishReplacement(this.#client);
      const key = await createKey();
      await replacePair(this.#client, { certificatePem: await this.#signClient(key), keyPem: keyToPem(key) });
    });
  }

  /** Whether the machine's folder belongs to this store's CA: it may have been made with another one. */
  async isOurs(machineDirectory: string): Promise<boolean> {
    const theirs = await readCertificate(join(machineDirectory, "ca.pem")).catch(() => undefined);
    const ours = required(await readCertificate(this.#ca.certificatePath), this.#ca.certificatePath);
    return theirs === undefined || theirs.fingerprint256 === ours.fingerprint256;
  }

  /**
   * Checks that server certificates can be made.
   *
   * @throws {MachineError} `CERTIFICATE_KEY_MISSING`, `CERTIFICATE_KEY_UNREADABLE` and other `CERTIFICATE_*`
   */
  async checkCanSign(): Promise<void> {
    await this.#authority();
  }

  /**
   * Makes the machine's server certificate, unless the present one is signed by the CA, names all of `hosts` and lasts another 30 days.
   *
   * @throws {MachineError} `CERTIFICATE_*`
   */
  async ensureServerCertificate(request: ServerCertificateRequest): Promise<ServerCertificateFiles> {
    const certificatePath = join(request.machineDirectory, "server.pem");
    const keyPath = join(request.machineDirectory, "server-key.pem");
    const hosts = certificateHosts(request.hosts);
    const authority = await this.#authority();
    const files = { caPath: this.#ca.certificatePath, certificatePath, keyPath };
    const isGood = request.renew !== true && (await isGoodServerCertificate(files, hosts));
    if (isGood) return files;
    const key = await createKey();
    await writeAtomically(keyPath, keyToPem(key), { mode: PRIVATE_FILE_MODE });
    const pem = await signServer(authority, { organization: `${this.#owner}.${request.machineName}`, key }, hosts);
    await writeAtomically(certificatePath, pem, { mode: CERTIFICATE_MODE });
    return files;
  }

  /** Puts ca.pem, cert.pem and key.pem into the machine's folder, where `config`, `env` and other programs look for them. */
  async copyClientFiles(machineDirectory: string): Promise<void> {
    await this.#settleClient();
    await copy(this.#client.keyPath, join(machineDirectory, "key.pem"), PRIVATE_FILE_MODE);
    await copy(this.#client.certificatePath, join(machineDirectory, "cert.pem"), CERTIFICATE_MODE);
    await copy(this.#ca.certificatePath, join(machineDirectory, "ca.pem"), CERTIFICATE_MODE);
  }

  /** Reads a certificate, or makes it under a lock: from the key that is there, else from a new one. */
  async #ensureCertificate(pair: PairPaths, announcement: string, sign: (key: KeyObject) => Promise<string>): Promise<X509Certificate> {
    const present = await readCertificate(pair.certificatePath);
    if (present !== undefined) return present;
    return this.#withLock(pair, async () => {
      const madeMeanwhile = await readCertificate(pair.certificatePath);
      if (madeMeanwhile !== undefined) return madeMeanwhile;
      this.#options.log.info(`${announcement}: ${pair.certificatePath}`);
      const present = await readKey(pair.keyPath);
      const key = present ?? (await createKey());
      if (present === undefined) await writeAtomically(pair.keyPath, keyToPem(key), { mode: PRIVATE_FILE_MODE });
      await writeAtomically(pair.certificatePath, await sign(key), { mode: CERTIFICATE_MODE });
      return required(await readCertificate(pair.certificatePath), pair.certificatePath);
    });
  }

  /** Ends a replacement of the client's pair that another process is at, or was killed at. */
  async #settleClient(): Promise<void> {
    if (await isBeingReplaced(this.#client)) await this.#withLock(this.#client, () => finishReplacement(this.#client));
  }

  async #signClient(key: KeyObject): Promise<string> {
    return signClient(await this.#authority(), { organization: `${this.#owner}.<bootstrap>`, key });
  }

  #withLock<T>(pair: PairPaths, action: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    const lock = { subject: `the ${pair.role} certificate ${pair.certificatePath}`, ...(signal === undefined ? {} : { signal }) };
    return withLock(`${pair.certificatePath}.lock`, lock, async () => {
      // It may be a private key.
      await sweepUnfinished(dirname(pair.certificatePath));
      return action();
    });
  }

  #checkClient(client: X509Certificate, ca: X509Certificate, key: KeyObject | undefined): void {
    const { certificatePath, keyPath } = this.#client;
    if (key === undefined) throw missingKey(this.#client, `remove its certificate, and a new pair will be made: rm ${certificatePath}`);
    if (!isSignedBy(client, ca)) {
      throw new MachineError(
        "CERTIFICATE_ISSUER_MISMATCH",
        `The client certificate ${certificatePath} was not signed by the CA ${this.#ca.certificatePath}.`,
        { suggestions: [`Remove it; the next create makes one that fits: rm ${certificatePath} ${keyPath}`] },
      );
    }
    checkPair(this.#client, client, key);
  }

  async #authority(): Promise<Authority> {
    const { certificatePath, keyPath } = this.#ca;
    const certificate = required(await readCertificate(certificatePath), certificatePath);
    const key = await readKey(keyPath);
    if (key === undefined) throw missingKey(this.#ca, "put it back from a backup: without it no certificate can be signed.");
    if (key.asymmetricKeyType !== "rsa") {
      throw new MachineError(
        "CERTIFICATE_KEY_UNREADABLE",
        `The CA's key ${keyPath} is of type ${key.asymmetricKeyType}, but only RSA keys can sign here.`,
        { suggestions: ["Use a CA with an RSA key: --tls-ca-cert and --tls-ca-key"] },
      );
    }
    checkPair(this.#ca, certificate, key);
    return { certificatePem: certificate.toString(), key };
  }

  #warnOfEnd({ role, certificatePath }: PairPaths, certificate: X509Certificate): void {
    const warning = endWarning(role, certificatePath, certificate);
    if (warning !== undefined) this.#options.log.warn(warning);
  }
}

async function isGoodServerCertificate(files: ServerCertificateFiles, hosts: readonly string[]): Promise<boolean> {
  const ca = required(await readCertificate(files.caPath), files.caPath);
  // A damaged pair is no error: it is made anew.
  const certificate = await readCertificate(files.certificatePath).catch(() => undefined);
  const key = await readKey(files.keyPath).catch(() => undefined);
  if (certificate === undefined || key === undefined) return false;
  const names = new Set(certificate.subjectAltName?.split(", "));
  const isNamed = (host: string) => (isIP(host) === 0 ? names.has(`DNS:${host}`) : certificate.checkIP(host) !== undefined);
  return certificate.checkPrivateKey(key) && isSignedBy(certificate, ca) && daysLeft(certificate) >= RENEWAL_DAYS && hosts.every(isNamed);
}

function certificateHosts(hosts: readonly string[]): readonly string[] {
  const ascii = [...hosts, "localhost"].map((host) => {
    if (isIP(host) !== 0) return host;
    const name = domainToASCII(host);
    if (name !== "" && !/[\s,:]/.test(name)) return name;
    throw new MachineError(
      "CERTIFICATE_HOST_INVALID",
      `${JSON.stringify(host)} is neither a host name nor an address, so no certificate can name it.`,
      {
        suggestions: ["Check --tls-san: one name or address each, without port or scheme."],
      },
    );
  });
  return [...new Set(ascii)];
}

async function copy(from: string, to: string, mode: number): Promise<void> {
  const content = await readFile(from);
  const present = await readFile(to).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (present?.equals(content) !== true) await writeAtomically(to, content, { mode });
}

function required<T>(value: T | undefined, path: string): T {
  if (value !== undefined) return value;
  throw new MachineError("CERTIFICATE_UNREADABLE", `The certificate ${path} does not exist.`, {
    suggestions: ["Put it back from a backup."],
  });
}

function missingKey({ role, certificatePath, keyPath }: PairPaths, advice: string): MachineError {
  return new MachineError("CERTIFICATE_KEY_MISSING", `The key ${keyPath} of the ${role} certificate ${certificatePath} does not exist.`, {
    suggestions: [`Put the key back from a backup, or ${advice}`],
  });
}

function userName(): string {
  const { USER, USERNAME } = process.env;
  return USER || USERNAME || userInfo().username;
}
