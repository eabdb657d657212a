import { createHash, generateKeyPairSync, type KeyPairKeyObjectResult, sign } from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog } from "@sigstore/mock";
import type { PublishedTarball } from "./package-registry.js";
import type { RegistrySigner } from "./registry-signer.js";

/** How a build differs from the plain one. */
export interface BuildOptions {
  /** Who the builder is known to. */
  readonly issuer?: string;
  /** `my-org/my-repo` in the certificate. */
  readonly repository?: string;
  /** What the statement says instead. */
  readonly claimedRepository?: string;
  /** When the certificate was given out; it holds for ten minutes. */
  readonly certifiedAt?: Date;
  /** What is changed of the statement. */
  readonly statement?: Readonly<Record<string, unknown>>;
}

type Authority = Awaited<ReturnType<typeof initializeCA>>;

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const OIDS = "1.3.6.1.4.1.57264.1.";
export const COMMIT = "8a2ee2fd20dda58ffa4a8d808a65cb1e04711c03";

/** A certificate authority and the logs of one's own, as sigstore runs them, which sign attestations as npm and GitHub do. */
export class SigstoreAuthority {
  readonly #rootKeys: KeyPairKeyObjectResult;
  readonly #certificateLog: Awaited<ReturnType<typeof initializeCTLog>>;
  readonly #log: Awaited<ReturnType<typeof initializeTLog>>;
  readonly #authority: Authority;

  private constructor(rootKeys: KeyPairKeyObjectResult, parts: Parts) {
    this.#rootKeys = rootKeys;
    this.#certificateLog = parts.certificateLog;
    this.#log = parts.log;
    this.#authority = parts.authority;
  }

  static async start(): Promise<SigstoreAuthority> {
    const rootKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificateLog = await initializeCTLog(generateKeyPairSync("ec", { namedCurve: "P-256" }));
    const log = await initializeTLog("https://log.test", generateKeyPairSync("ec", { namedCurve: "P-256" }));
    const authority = await initializeCA(rootKeys, certificateLog);
    return new SigstoreAuthority(rootKeys, { certificateLog, log, authority });
  }

  /** What those who trust it go by. */
  get trustedRoot(): object {
    const validFor = { start: "2000-01-01T00:00:00Z" };
    const instance = (publicKey: Buffer, keyId: Buffer) => ({
      baseUrl: "https://log.test",
      hashAlgorithm: "SHA2_256",
      publicKey: { rawBytes: publicKey.toString("base64"), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
      logId: { keyId: keyId.toString("base64") },
    });
    const { publicKey } = this.#log;
    return {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [instance(publicKey, createHash("sha256").update(publicKey).digest())],
      ctlogs: [instance(this.#certificateLog.publicKey, bufferOf(this.#certificateLog.logID))],
      certificateAuthorities: [
        { certChain: { certificates: [{ rawBytes: bufferOf(this.#authority.rootCertificate).toString("base64") }] }, validFor },
      ],
      timestampAuthorities: [],
    };
  }

  /** Attests where a package was built, as GitHub's workflows do. */
  async provenance(tarball: PublishedTarball, options: BuildOptions = {}): Promise<object> {
    const { repository = "my-org/my-repo", claimedRepository = repository } = options;
    const statement = {
      ...statementOf(tarball, "https://slsa.dev/provenance/v1"),
      predicate: {
        buildDefinition: {
          externalParameters: {
            workflow: {
              ref: "refs/heads/main",
              repository: `https://github.com/${claimedRepository}`,
              path: ".github/workflows/release.yml",
            },
          },
          resolvedDependencies: [{ uri: `git+https://github.com/${claimedRepository}@refs/heads/main`, digest: { gitCommit: COMMIT } }],
        },
      },
      ...options.statement,
    };
    const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = await this.#certify(keys, options, repository);
    const material = { certificate: { rawBytes: certificate.toString("base64") } };
    const bundle = await this.#bundle(statement, (content) => sign("sha256", content, keys.privateKey), material);
    return { predicateType: "https://slsa.dev/provenance/v1", bundle };
  }

  /** Attests that a registry has published a package, by the registry's key. */
  async publication(tarball: PublishedTarball, signer: RegistrySigner): Promise<object> {
    const predicateType = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
    const statement = { ...statementOf(tarball, predicateType), predicate: { name: tarball.name, version: tarball.version } };
    const bundle = await this.#bundle(statement, (content) => signer.sign(content), { publicKey: { hint: signer.keyId } });
    return { predicateType, bundle };
  }

  async #certify(keys: KeyPairKeyObjectResult, { issuer, certifiedAt }: BuildOptions, repository: string): Promise<Buffer> {
    const authority = certifiedAt === undefined ? this.#authority : await initializeCA(this.#rootKeys, this.#certificateLog, certifiedAt);
    const workflow = `https://github.com/${repository}/.github/workflows/release.yml@refs/heads/main`;
    const certificate = await authority.issueCertificate({
      publicKey: new Uint8Array(keys.publicKey.export({ format: "der", type: "spki" })),
      subjectAltName: workflow,
      extensions: [
        { oid: `${OIDS}8`, value: issuer ?? "https://token.actions.githubusercontent.com" },
        { oid: `${OIDS}12`, value: `https://github.com/${repository}` },
        { oid: `${OIDS}13`, value: COMMIT },
        { oid: `${OIDS}18`, value: workflow },
      ],
    });
    return bufferOf(certificate);
  }

  async #bundle(statement: object, signContent: (content: Buffer) => Buffer, material: object): Promise<object> {
    const payload = Buffer.from(JSON.stringify(statement));
    const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
    const signature = signContent(Buffer.concat([Buffer.from(head), payload])).toString("base64");
    const payloadHash = { algorithm: "sha256", value: createHash("sha256").update(payload).digest("hex") };
    const entry = { kind: "dsse", apiVersion: "0.0.1", spec: { payloadHash, signatures: [{ signature, verifier: "" }] } };
    return {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { ...material, tlogEntries: [await this.#enter(entry)], timestampVerificationData: { rfc3161Timestamps: [] } },
      dsseEnvelope: { payload: payload.toString("base64"), payloadType: PAYLOAD_TYPE, signatures: [{ sig: signature, keyid: "" }] },
    };
  }

  /** Enters something into the log, and tells of it in the form that bundles have. */
  async #enter(entry: object): Promise<object> {
    const [logged] = Object.values((await this.#log.log(entry)) as Readonly<Record<string, LoggedEntry>>);
    if (logged === undefined) throw new Error("the log took no entry");
    const { inclusionProof, signedEntryTimestamp } = logged.verification;
    return {
      logIndex: String(logged.logIndex),
      logId: { keyId: Buffer.from(logged.logID, "hex").toString("base64") },
      kindVersion: { kind: "dsse", version: "0.0.1" },
      integratedTime: String(logged.integratedTime),
      inclusionProof: {
        logIndex: String(inclusionProof.logIndex),
        rootHash: Buffer.from(inclusionProof.rootHash, "hex").toString("base64"),
        treeSize: String(inclusionProof.treeSize),
        hashes: [],
        checkpoint: { envelope: inclusionProof.checkpoint },
      },
      inclusionPromise: { signedEntryTimestamp },
      canonicalizedBody: String(logged.body),
    };
  }
}

/** An entry as the log tells it. */
interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly checkpoint: string;
    };
  };
}

interface Parts {
  readonly certificateLog: Awaited<ReturnType<typeof initializeCTLog>>;
  readonly log: Awaited<ReturnType<typeof initializeTLog>>;
  readonly authority: Authority;
}

function statementOf({ name, version, integrity }: PublishedTarball, predicateType: string) {
  const sha512 = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
  const subject = [{ name: `pkg:npm/${name.replace("@", "%40")}@${version}`, digest: { sha512 } }];
  return { _type: "https://in-toto.io/Statement/v1", subject, predicateType };
}

function bufferOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
