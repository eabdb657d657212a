import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { TrustSource } from "../../../src/drivers/signatures/trust-anchors.js";
import { errorOf } from "../../support/error-of.js";
import { PackageRegistry, type PublishedTarball } from "../../support/package-registry.js";
import { RegistrySigner } from "../../support/registry-signer.js";
import { RegistryTrust } from "../../support/registry-trust.js";
import { type BuildOptions, COMMIT, SigstoreAuthority } from "../../support/sigstore-authority.js";
import { PACKAGE, VouchingRegistry } from "../../support/vouching-registry.js";

const SLSA = "https://slsa.dev/provenance/v1";
const PATH = `-/npm/v1/attestations/${PACKAGE}@1.0.0`;

let authority: SigstoreAuthority;
let trust: TrustSource;
const signer = new RegistrySigner();

beforeAll(async () => {
  authority = await SigstoreAuthority.start();
  trust = new RegistryTrust({ sigstore: authority.trustedRoot, npmKeys: [signer.key] }, { sigstore: authority.trustedRoot });
});

/** A registry that announces attestations; what they are is still to be said. */
async function announcing(manifest: Readonly<Record<string, unknown>> = {}): Promise<VouchingRegistry> {
  const world = await VouchingRegistry.start({ manifest });
  announce(world, `${world.registry.url}${PATH}`);
  return world;
}

function announce(world: VouchingRegistry, url: unknown): void {
  world.registry.distFields = () => ({ attestations: { url, provenance: { predicateType: SLSA } } });
}

/** A registry whose package was built as GitHub does it. */
async function attesting(build: BuildOptions = {}, change: Partial<PublishedTarball> = {}): Promise<VouchingRegistry> {
  const world = await announcing();
  const tarball = { ...(await world.tarball()), ...change };
  serve(world, await authority.provenance(tarball, build), await authority.publication(tarball, signer));
  return world;
}

function serve(world: VouchingRegistry, ...attestations: readonly object[]): void {
  world.registry.documents.set(PATH, { attestations });
}

async function refusal(world: VouchingRegistry, by = trust) {
  const error = await errorOf(() => world.facts({ trust: by, onUnchecked: () => expect.unreachable("Wrong is not unchecked") }));
  expect(error.code).toBe("SOURCE_PROVENANCE_INVALID");
  expect(error.message).toContain(`${PACKAGE} 1.0.0`);
  return error.message;
}

test("Provenance is verified, and tells repository, commit and workflow by the certificate", async () => {
  const world = await attesting();
  expect(await world.facts({ trust })).toEqual({
    provenance: { repository: "github.com/my-org/my-repo", commit: COMMIT, workflow: ".github/workflows/release.yml" },
  });
});

test("The name of a scoped package is that of its provenance", async () => {
  const name = "@my-org/driver";
  const world = await VouchingRegistry.start({ name });
  world.registry.distFields = () => ({ attestations: { url: `${world.registry.url}${PATH}`, provenance: { predicateType: SLSA } } });
  serve(world, await authority.provenance(await world.tarball(name)));
  expect(await world.facts({ name, trust })).toMatchObject({ provenance: { repository: "github.com/my-org/my-repo" } });
});

test("An authority that is newer than this program is learned from sigstore", async () => {
  const world = await attesting();
  const older = new RegistryTrust({ npmKeys: [signer.key] }, { sigstore: authority.trustedRoot });
  expect(await world.facts({ trust: older })).toHaveProperty("provenance");
});

test("An unknown authority is refused as unchecked where sigstore can't be reached, unless the user takes it as none", async () => {
  const world = await attesting();
  const cutOff = new RegistryTrust({ npmKeys: [signer.key] });
  const error = await errorOf(() => world.facts({ trust: cutOff }));
  expect(error.code).toBe("SOURCE_PROVENANCE_UNCHECKED");
  expect(error.message).toContain("ENOTFOUND sigstore.test");
  const problems: string[] = [];
  expect(await world.facts({ trust: cutOff, onUnchecked: (problem) => problems.push(problem) })).toEqual({});
  expect(problems).toHaveLength(1);
});

test("An authority that sigstore does not know is refused", async () => {
  const world = await announcing();
  serve(world, await (await SigstoreAuthority.start()).provenance(await world.tarball()));
  await refusal(world);
});

test.each<[string, BuildOptions, Partial<PublishedTarball>, RegExp]>([
  ["of another version", {}, { version: "1.0.1" }, /not of pkg:npm/],
  ["of another package", {}, { name: "other" }, /not of pkg:npm/],
  ["of other contents", {}, { integrity: `sha512-${Buffer.alloc(64).toString("base64")}` }, /other contents/],
  ["by a certificate that had expired", { certifiedAt: new Date("2026-01-01T00:00:00Z") }, {}, /certificate/],
  ["by a builder nobody knows", { issuer: "https://issuer.test" }, {}, /issuer\.test/],
  ["by somebody's mail address", { issuer: "https://github.com/login/oauth" }, {}, /not for a build/],
  ["by a builder whose name only begins alike", { issuer: "https://gitlab.com.issuer.test" }, {}, /not for a build/],
  ["that claims another repository than its certificate", { claimedRepository: "their-org/their-repo" }, {}, /its certificate/],
  ["of two subjects", { statement: { subject: [{ name: "a" }, { name: "b" }] } }, {}, /not of pkg:npm/],
  ["without a subject", { statement: { subject: undefined } }, {}, /not of pkg:npm/],
  ["of another kind than announced", { statement: { predicateType: "https://other.test/v1" } }, {}, /sent none/],
])("Provenance %s is refused", async (_what, build, change, problem) => {
  expect(await refusal(await attesting(build, change))).toMatch(problem);
});

test("Provenance whose repository is not that of package.json is refused", async () => {
  const world = await announcing({ repository: "github:my-org/my-repo" });
  serve(world, await authority.provenance(await world.tarball(), { repository: "their-org/my-repo" }));
  expect(await refusal(world)).toMatch(
    /built from github\.com\/their-org\/my-repo, and says that its repository is github\.com\/my-org\/my-repo/,
  );
});

test("Provenance of two repositories is refused", async () => {
  const world = await announcing();
  const tarball = await world.tarball();
  serve(world, await authority.provenance(tarball), await authority.provenance(tarball, { repository: "their-org/my-repo" }));
  expect(await refusal(world)).toMatch(/two/);
});

test("Provenance that is held against one of two hashes is refused, since the download could have the other", async () => {
  const world = await attesting();
  const { distFields } = world.registry;
  world.registry.distFields = (tarball) => ({
    ...distFields(tarball),
    integrity: `${tarball.integrity} sha512-${Buffer.alloc(64, 1).toString("base64")}`,
  });
  expect(await refusal(world)).toMatch(/just one SHA-512/);
});

test.each<[string, (world: VouchingRegistry) => Promise<void> | void]>([
  ["The attestations are not there", (world) => void world.registry.documents.delete(PATH)],
  ["They are HTML", (world) => void world.registry.documents.set(PATH, "<html>Log in to the Wi-Fi</html>")],
  ["They are cut", (world) => void world.registry.documents.set(PATH, '{"attestations":[{')],
  ["They are an empty list", (world) => serve(world)],
  ["They are no list", (world) => void world.registry.documents.set(PATH, { attestations: "none" })],
  ["One has no bundle", (world) => serve(world, { predicateType: SLSA })],
  ["One's bundle is garbage", (world) => serve(world, { predicateType: SLSA, bundle: { mediaType: 7, dsseEnvelope: [] } })],
  ["There is only the registry's own", async (world) => serve(world, await authority.publication(await world.tarball(), signer))],
  ["The registry's own is by a key that it doesn't publish", withUnknownKey],
  ["The statement was changed", (world) => changeBundle(world, changeStatement)],
  ["The log's entry is of something else", (world) => changeBundle(world, changeEntry)],
  [
    "The log's promise is missing, and its proof",
    (world) => changeBundle(world, (bundle) => set(bundle, "verificationMaterial.tlogEntries", [])),
  ],
  ["The address is no address", (world) => announce(world, "attestations.json")],
  ["The address is a file's", (world) => announce(world, "file:///etc/passwd")],
  ["There is no address", (world) => announce(world, undefined)],
])("%s: announced provenance is never taken as absent", async (_what, change) => {
  const world = await attesting();
  await change(world);
  await refusal(world);
});

test("Attestations that can't be had now are refused as unchecked, unless the user takes the package as one without", async () => {
  const world = await attesting();
  world.registry.documents.set(PATH, 503);
  const error = await errorOf(() => world.facts({ trust }));
  expect(error.code).toBe("SOURCE_PROVENANCE_UNCHECKED");
  announce(world, "http://127.0.0.1:1/attestations");
  expect((await errorOf(() => world.facts({ trust }))).code).toBe("SOURCE_PROVENANCE_UNCHECKED");
  expect(await world.facts({ trust, onUnchecked: () => undefined })).toEqual({});
});

test("Attestations on another host are asked for without the registry's token", async () => {
  const world = await attesting();
  const other = await PackageRegistry.start();
  onTestFinished(() => other.stop());
  other.documents.set(PATH, world.registry.documents.get(PATH) ?? 404);
  announce(world, `${other.url}${PATH}`);
  world.registry.token = "secret";
  const env = { [`npm_config_//${new URL(world.registry.url).host}/:_authToken`]: "secret" };
  expect(await world.facts({ trust, env })).toHaveProperty("provenance");
  expect(world.registry.requests.at(-1)?.authorization).toBe("Bearer secret");
  expect(other.requests).toEqual([{ path: PATH, authorization: undefined }]);
});

test.each([404, 403, "<html>Packages</html>"])(
  "A mirror that answers %j for attestations leaves them to where its origin says they are",
  async (answer) => {
    const world = await attesting();
    const origin = await PackageRegistry.start();
    onTestFinished(() => origin.stop());
    origin.documents.set(PATH, world.registry.documents.get(PATH) ?? 404);
    world.registry.documents.set(PATH, answer);
    announce(world, `${origin.url}${PATH}`);
    // npm's setting for mirrors: each address that the registry tells is taken as one of its own.
    const env = { npm_config_replace_registry_host: "always" };
    expect(await world.facts({ trust, env })).toHaveProperty("provenance");
    expect(world.paths).toContain(PATH);
    expect(origin.requests).toHaveLength(1);
  },
);

async function withUnknownKey(world: VouchingRegistry): Promise<void> {
  const tarball = await world.tarball();
  serve(world, await authority.provenance(tarball), await authority.publication(tarball, new RegistrySigner()));
}

type Fields = Record<string, unknown>;

/** Changes the bundle of the provenance. */
function changeBundle(world: VouchingRegistry, change: (bundle: Fields) => void): void {
  const answer = structuredClone(world.registry.documents.get(PATH)) as { readonly attestations: readonly { readonly bundle: Fields }[] };
  const bundle = answer.attestations[0]?.bundle;
  if (bundle === undefined) throw new Error("there is no bundle");
  change(bundle);
  world.registry.documents.set(PATH, answer);
}

function changeStatement(bundle: Fields): void {
  const envelope = bundle.dsseEnvelope as Fields;
  const statement = JSON.parse(Buffer.from(String(envelope.payload), "base64").toString()) as Fields;
  envelope.payload = Buffer.from(JSON.stringify({ ...statement, added: true })).toString("base64");
}

function changeEntry(bundle: Fields): void {
  const [entry] = (bundle.verificationMaterial as { readonly tlogEntries: readonly Fields[] }).tlogEntries;
  if (entry !== undefined) entry.canonicalizedBody = Buffer.from("{}").toString("base64");
}

function set(fields: Fields, path: string, value: unknown): void {
  const [first = "", ...rest] = path.split(".");
  if (rest.length === 0) fields[first] = value;
  else set(fields[first] as Fields, rest.join("."), value);
}
