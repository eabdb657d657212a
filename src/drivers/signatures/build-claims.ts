import type { Signer } from "@sigstore/verify";
import type { VerifiedProvenance } from "../candidate.js";
import { fieldsOf, repositoryOf } from "./published-facts.js";

/** Who may have built a package, as the issuer of the token for which sigstore gave out the certificate, and the host of the repositories that it speaks for. */
const BUILDERS = [
  { issuer: "https://token.actions.githubusercontent.com", host: "github.com" },
  { issuer: "https://gitlab.com", host: "gitlab.com" },
];

/** Extensions of sigstore's certificates (its certificate authority's docs/oid-info.md). The older ones hold plain text, the others a UTF8String. */
const OIDS = "1.3.6.1.4.1.57264.1.";
const EXTENSIONS = { repository: 12, commit: 13, workflow: 18, oldRepository: 5, oldCommit: 3 };
const UTF8_STRING = 0x0c;

/** The predicate types of provenance that npm makes. */
const SLSA = /^https:\/\/slsa\.dev\/provenance\/v(?:0\.2|1)$/;

/** Whether a predicate tells where a package was built. */
export function isProvenance(predicateType: unknown): boolean {
  return typeof predicateType === "string" && SLSA.test(predicateType);
}

/**
 * Where a package was built, by the certificate of whoever signed it. Its authority knows that from the builder's own token, while the statement is the builder's word.
 *
 * @throws if it was not made by a builder known for that
 */
export function certifiedBuild(identity: Signer["identity"]): VerifiedProvenance {
  const issuer = identity?.extensions?.issuer ?? "";
  // A company's own issuer at GitHub has a further part.
  const builder = BUILDERS.find((each) => issuer === each.issuer || issuer.startsWith(`${each.issuer}/`));
  if (builder === undefined)
    throw new Error(`its certificate is for somebody known to ${JSON.stringify(issuer)}, not for a build at GitHub or GitLab`);
  const textOf = (name: keyof typeof EXTENSIONS) => extension(identity, EXTENSIONS[name]);
  const old = textOf("oldRepository");
  const address = textOf("repository") ?? (old === undefined ? undefined : `https://${builder.host}/${old}`);
  if (address === undefined || !address.startsWith(`https://${builder.host}/`)) throw new Error("its certificate tells no repository");
  const commit = textOf("commit") ?? textOf("oldCommit");
  const signer = textOf("workflow") ?? identity?.subjectAlternativeName;
  const workflow = signer?.startsWith(`${address}/`) ? workflowPath(signer.slice(address.length + 1)) : undefined;
  return {
    repository: address.slice("https://".length),
    ...(commit === undefined ? {} : { commit }),
    ...(workflow === undefined ? {} : { workflow }),
  };
}

/** `.github/workflows/x.yml@refs/heads/main`, or GitLab's `/.gitlab-ci.yml@…`. */
function workflowPath(text: string): string {
  return text.replace(/@.*$/, "").replace(/^\/+/, "");
}

/**
 * Holds what a statement says of the build against the certificate.
 *
 * @throws if they differ
 */
export function compareClaims(predicate: unknown, certified: VerifiedProvenance): void {
  for (const [field, claim] of Object.entries(claims(predicate))) {
    const known = certified[field as keyof VerifiedProvenance];
    if (claim === undefined || known === undefined || claim === known) continue;
    throw new Error(`it says ${field} ${JSON.stringify(claim)}, its certificate ${JSON.stringify(known)}`);
  }
}

/** What a predicate says: of SLSA's version 1, or 0.2. */
function claims(predicate: unknown): Record<keyof VerifiedProvenance, string | undefined> {
  const { buildDefinition, invocation } = fieldsOf(predicate) ?? {};
  const { externalParameters, resolvedDependencies } = fieldsOf(buildDefinition) ?? {};
  const workflow = fieldsOf(fieldsOf(externalParameters)?.workflow);
  const source = fieldsOf(Array.isArray(resolvedDependencies) ? resolvedDependencies[0] : undefined);
  const config = fieldsOf(fieldsOf(invocation)?.configSource);
  const repository = workflow?.repository ?? String(config?.uri ?? "").replace(/@[^@/]*(?:\/[^@]*)?$/, "");
  return {
    repository: repositoryOf(repository),
    commit: text(fieldsOf(source?.digest)?.gitCommit ?? fieldsOf(config?.digest)?.sha1),
    workflow: text(workflow?.path),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function extension(identity: Signer["identity"], number: number): string | undefined {
  const found = identity?.oids?.find(({ oid }) => oid?.id.join(".") === `${OIDS}${number}`);
  if (found === undefined) return undefined;
  return number < 8 ? found.value.toString() : utf8String(found.value);
}

/** Reads DER. */
function utf8String(der: Buffer): string {
  const [tag, first = 0] = der;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes);
  const content = der.subarray(2 + lengthBytes);
  if (tag !== UTF8_STRING || content.length !== length) throw new Error("an extension of its certificate has the wrong form");
  return content.toString();
}
