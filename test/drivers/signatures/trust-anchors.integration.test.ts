import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadNpmSettings } from "../../../src/drivers/npm/npm-settings.js";
import { SigstoreTrust } from "../../../src/drivers/signatures/trust-anchors.js";
import { RegistrySigner } from "../../support/registry-signer.js";
import { scratchDirectory } from "../../support/scratch-directory.js";
import { TufMirror } from "../../support/tuf-mirror.js";

const REGISTRY = "https://registry.test/";

async function start(targets: Readonly<Record<string, string>>) {
  const folder = await scratchDirectory();
  const mirror = await TufMirror.start();
  onTestFinished(() => mirror.stop());
  const rootPath = join(folder, "root.json");
  await mirror.writeRoot(rootPath);
  mirror.publish(targets);
  const options = { cachePath: join(folder, "tuf"), publicRegistry: REGISTRY, mirror: { mirrorURL: mirror.url, rootPath } };
  return { mirror, trust: (isOffline = false) => new SigstoreTrust({ ...options, isOffline }) };
}

function lists(signer: RegistrySigner): Record<string, string> {
  const rawBytes = signer.key.publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const publicKey = { rawBytes, validFor: { start: "2026-01-01T00:00:00Z", end: "2030-01-01T00:00:00Z" } };
  const keys = [{ keyId: signer.keyId, keyUsage: "npm:signatures", publicKey }];
  return { "trusted_root.json": JSON.stringify({ tlogs: [] }), "registry.test/keys.json": JSON.stringify({ keys }) };
}

test("The anchors of today are those of sigstore's signed lists", async () => {
  const signer = new RegistrySigner();
  const { trust } = await start(lists(signer));
  const { sigstore, npmKeys } = await trust().renewed();
  expect(sigstore).toEqual({ tlogs: [] });
  expect(npmKeys.map(({ keyId, expires }) => [keyId, expires])).toEqual([[signer.keyId, new Date("2030-01-01T00:00:00Z")]]);
  expect(npmKeys[0]?.publicKey.equals(signer.key.publicKey)).toBe(true);
});

test("They are asked for once in a process", async () => {
  const { mirror, trust } = await start(lists(new RegistrySigner()));
  const one = trust();
  await one.renewed();
  const asked = mirror.requests.length;
  await one.renewed();
  expect(mirror.requests).toHaveLength(asked);
});

test("A list that is not what was signed is refused", async () => {
  const { mirror, trust } = await start(lists(new RegistrySigner()));
  mirror.tamper((text) => text.replace("2030", "2040"));
  await expect(trust().renewed()).rejects.toThrow();
});

test("Offline, nothing is asked", async () => {
  const { mirror, trust } = await start(lists(new RegistrySigner()));
  await expect(trust(true).renewed()).rejects.toThrow("offline");
  expect(mirror.requests).toEqual([]);
});

test("The shipped anchors have npm's keys and sigstore's authorities", async () => {
  const directory = await scratchDirectory();
  const { publicRegistry } = await loadNpmSettings({ env: { HOME: directory }, directory });
  const { sigstore, npmKeys } = await new SigstoreTrust({ cachePath: "/nowhere", publicRegistry, isOffline: true }).shipped();
  expect(npmKeys.map(({ keyId }) => keyId)).toContainEqual(expect.stringMatching(/^SHA256:/));
  expect(npmKeys.some(({ expires }) => expires === undefined)).toBe(true);
  expect(sigstore).toMatchObject({ certificateAuthorities: expect.any(Array), tlogs: expect.any(Array) });
});
