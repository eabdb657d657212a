import { expect, test } from "vitest";
import { errorOf } from "../../support/error-of.js";
import { RegistrySigner } from "../../support/registry-signer.js";
import { RegistryTrust } from "../../support/registry-trust.js";
import { PACKAGE, VouchingRegistry } from "../../support/vouching-registry.js";

const KEYS = "-/npm/v1/keys";

/** A registry that signs with its own key, and says so. */
async function signing(signer = new RegistrySigner()): Promise<VouchingRegistry> {
  const world = await VouchingRegistry.start();
  world.registry.distFields = (tarball) => ({ signatures: [signer.signature(tarball)] });
  world.registry.documents.set(KEYS, signer.keys());
  return world;
}

test("A package without signatures has none, and nothing more is asked for", async () => {
  const world = await VouchingRegistry.start();
  expect(await world.facts()).toEqual({});
  expect(world.paths).toEqual([PACKAGE]);
});

test("A signature by the registry's own key is verified, and known as its own word", async () => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  expect(await world.facts()).toEqual({ signature: { keyId: signer.keyId, keyFrom: "registry" } });
  expect(world.paths).toEqual([PACKAGE, KEYS]);
});

test("A signature by a key of npm's is verified by the shipped key, whatever keys the registry serves", async () => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  world.registry.documents.set(KEYS, new RegistrySigner().keys());
  const trust = new RegistryTrust({ npmKeys: [signer.key] });
  expect(await world.facts({ trust })).toEqual({ signature: { keyId: signer.keyId, keyFrom: "trust-root" } });
  expect(world.paths).not.toContain(KEYS);
});

test("A key that npm's registry serves itself does not count: its keys come through sigstore", async () => {
  const world = await signing();
  const packument = await world.client(new RegistryTrust({})).find(PACKAGE, "latest", { fits: () => true });
  const { verifyRegistryFacts } = await import("../../../src/drivers/signatures/verify-registry-facts.js");
  const facts = (trust: RegistryTrust) =>
    verifyRegistryFacts(
      { name: PACKAGE, manifest: packument.manifest, published: {} },
      {
        registry: packument.registry,
        publicRegistry: packument.registry,
        trust,
        ask: () => expect.unreachable("Nothing is asked of the registry"),
        addressHere: (address) => address,
      },
    );
  const served = await errorOf(() => facts(new RegistryTrust({}, { npmKeys: [new RegistrySigner().key] })));
  expect(served.code).toBe("SOURCE_SIGNATURE_INVALID");
  const unreachable = await errorOf(() => facts(new RegistryTrust({})));
  expect(unreachable.code).toBe("SOURCE_SIGNATURE_UNCHECKED");
  expect(unreachable.message).toContain("ENOTFOUND sigstore.test");
});

test("Signatures that a registry passes on without keys count as none", async () => {
  const world = await signing();
  for (const status of [404, 405]) {
    world.registry.documents.set(KEYS, status);
    expect(await world.facts()).toEqual({});
  }
});

test.each<[string, (world: VouchingRegistry, signer: RegistrySigner) => void, RegExp]>([
  ["of another version", (world, signer) => sign(world, signer, { version: "1.0.1" }), /not of this name, version and hash/],
  ["of another package", (world, signer) => sign(world, signer, { name: "other" }), /not of this name, version and hash/],
  ["of another hash", (world, signer) => sign(world, signer, { integrity: "sha512-AAAA" }), /not of this name, version and hash/],
  ["by another key under this key's id", forge, /not of this name, version and hash, or not by the key/],
  ["by a key that the registry doesn't have", (world) => sign(world, new RegistrySigner(), {}), /none of the registry's/],
  ["by an expired key", (world, signer) => world.registry.documents.set(KEYS, signer.keys("2020-01-01T00:00:00Z")), /expired/],
  ["without a key id", (world) => distFields(world, { signatures: [{ sig: "MEUC" }] }), /wrong form/],
  ["that is no list", (world) => distFields(world, { signatures: "MEUC" }), /wrong form/],
  ["that is not base64", garble, /not of this name/],
  ["with keys that are HTML", (world) => world.registry.documents.set(KEYS, "<html>Log in to the Wi-Fi</html>"), /keys/],
  ["with keys that are no list", (world) => world.registry.documents.set(KEYS, { keys: "none" }), /no list of keys/],
  ["with a key of another kind", (world) => world.registry.documents.set(KEYS, { keys: [{ keyid: "a", key: "AAAA" }] }), /keys/],
])("A signature %s is refused", async (_what, change, problem) => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  change(world, signer);
  const error = await errorOf(() => world.facts({ onUnchecked: () => expect.unreachable("Wrong is not unchecked") }));
  expect(error.code).toBe("SOURCE_SIGNATURE_INVALID");
  expect(error.message).toMatch(problem);
  expect(error.message).toContain(`${PACKAGE} 1.0.0`);
});

test("A registry without keys that adds a signature of its own to npm's passes on npm's", async () => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  world.registry.documents.delete(KEYS);
  world.registry.distFields = (tarball) => ({ signatures: [new RegistrySigner().signature(tarball), signer.signature(tarball)] });
  const trust = new RegistryTrust({ npmKeys: [signer.key] });
  expect(await world.facts({ trust })).toEqual({ signature: { keyId: signer.keyId, keyFrom: "trust-root" } });
});

test("One wrong signature among right ones is refused", async () => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  world.registry.distFields = (tarball) => ({
    signatures: [signer.signature(tarball), signer.signature({ ...tarball, version: "2.0.0" })],
  });
  expect((await errorOf(() => world.facts())).code).toBe("SOURCE_SIGNATURE_INVALID");
});

test("A signature by a key that expired after the version was published is verified", async () => {
  const signer = new RegistrySigner();
  const world = await signing(signer);
  world.registry.documents.set(KEYS, signer.keys("2020-01-02T00:00:00Z"));
  world.registry.listingFields = { time: { "1.0.0": "2020-01-01T00:00:00.000Z" } };
  expect(await world.facts()).toMatchObject({ publishedAt: "2020-01-01T00:00:00.000Z", signature: { keyId: signer.keyId } });
});

test.each([503, 403])("Keys that can't be had now (status %i) refuse the package, unless the user takes it unchecked", async (status) => {
  const world = await signing();
  world.registry.documents.set(KEYS, status);
  const env = { npm_config_fetch_retries: "0" };
  const error = await errorOf(() => world.facts({ env }));
  expect(error.code).toBe("SOURCE_SIGNATURE_UNCHECKED");
  expect(error.suggestions.join("\n")).toContain(`docker-machine driver install --allow-unverified npm:${PACKAGE}@1.0.0`);
  const problems: string[] = [];
  expect(await world.facts({ env, onUnchecked: (problem) => problems.push(problem) })).toEqual({});
  expect(problems).toEqual([expect.stringMatching(/could not be checked .* It is taken as one without\.$/)]);
});

test("The facts beside package.json are told as the registry tells them", async () => {
  const manifest = {
    repository: { url: "git+https://github.com/my-org/my-repo.git" },
    deprecated: "use another",
    _npmUser: { name: "ann" },
  };
  const world = await VouchingRegistry.start({ manifest });
  world.registry.listingFields = { time: { "1.0.0": "2026-01-02T03:04:05.678Z" }, maintainers: [{ name: "bob" }, { name: "ann" }] };
  expect(await world.facts()).toEqual({
    publishedAt: "2026-01-02T03:04:05.678Z",
    unchangedSince: "2026-01-02T03:04:05.678Z",
    maintainers: ["ann", "bob"],
    publisher: "ann",
    repository: "github.com/my-org/my-repo",
    deprecated: "use another",
  });
});

function sign(world: VouchingRegistry, signer: RegistrySigner, change: object): void {
  world.registry.distFields = (tarball) => ({ signatures: [signer.signature({ ...tarball, ...change })] });
}

function forge(world: VouchingRegistry, signer: RegistrySigner): void {
  const other = new RegistrySigner();
  world.registry.distFields = (tarball) => ({ signatures: [{ ...other.signature(tarball), keyid: signer.keyId }] });
}

function garble(world: VouchingRegistry, signer: RegistrySigner): void {
  distFields(world, { signatures: [{ keyid: signer.keyId, sig: "…" }] });
}

function distFields(world: VouchingRegistry, fields: object): void {
  world.registry.distFields = () => fields;
}
