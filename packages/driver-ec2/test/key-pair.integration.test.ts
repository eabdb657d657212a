import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loseAnswer } from "../../../test/support/aws/faults.ts";
import { ensureKeyPair, ownKeyPairId } from "../src/key-pair.js";
import { NetworkScene } from "./support/network-scene.ts";

let scene: NetworkScene;
beforeEach(async () => {
  scene = await NetworkScene.start();
});
afterEach(async () => {
  expect(scene.standIn.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const keyNames = () => scene.region.keyPairs.all().map(({ name }) => name);

test("The machine's key is imported under its name and UUID, with its tags, after both were saved", async () => {
  const machine = scene.machine({ name: "web", flags: { tags: "team,a" }, state: { MachineId: "11111111-2222-4333-8444-555555555555" } });
  const { keyName } = await ensureKeyPair(machine, scene.host, await scene.aws(machine));
  expect(keyName).toBe("web-11111111-2222-4333-8444-555555555555");
  expect(machine.state).toMatchObject({ KeyName: keyName, ExistingKey: false, SSHKeyPath: join(scene.directory, "id_ed25519") });
  const [pair] = scene.region.keyPairs.all();
  expect(Object.fromEntries(pair?.tags ?? [])).toEqual({
    Name: "web",
    team: "a",
    "docker-machine:machine-id": "11111111-2222-4333-8444-555555555555",
    "docker-machine:machine-name": "web",
    "docker-machine:store-id": await scene.host.storeId(),
  });
});

test("An import whose answer was lost, and one that is repeated, make one pair", async () => {
  scene.standIn.faults.plan(loseAnswer(), { action: "ImportKeyPair" });
  const machine = scene.machine();
  await ensureKeyPair(machine, scene.host, await scene.aws(machine));
  await ensureKeyPair(machine, scene.host, await scene.aws(machine));
  expect(keyNames()).toEqual([machine.state.KeyName]);
});

test("The user's own pair is used as it is", async () => {
  const machine = scene.machine({ flags: { "keypair-name": "mine", "ssh-keypath": "/keys/mine" } });
  expect(await ensureKeyPair(machine, scene.host, await scene.aws(machine))).toEqual({ keyName: "mine" });
  expect(machine.state).toMatchObject({ KeyName: "mine", ExistingKey: true, SSHKeyPath: "/keys/mine" });
  expect(keyNames()).toEqual([]);
  expect(await ownKeyPairId(machine, await scene.aws(machine))).toBeUndefined();
});

test("A key without its public half is refused, before anything is made", async () => {
  const machine = scene.machine({ flags: { "ssh-keypath": join(scene.directory, "absent") } });
  await expect(ensureKeyPair(machine, scene.host, await scene.aws(machine))).rejects.toMatchObject({ code: "EC2_PUBLIC_KEY_MISSING" });
  expect(keyNames()).toEqual([]);
});

test("Without a machine id nothing is made", async () => {
  const machine = scene.machine({ state: {} });
  await expect(ensureKeyPair(machine, scene.host, await scene.aws(machine))).rejects.toMatchObject({ code: "EC2_MACHINE_UNNAMED" });
});

test("An untagged pair that the Go program made is the machine's if the public keys are the same", async () => {
  const aws = await scene.aws();
  const { publicKey, privateKeyPath } = await scene.host.createSshKey();
  await aws.ec2("ImportKeyPair", { KeyName: "dev", PublicKeyMaterial: Buffer.from(publicKey) });
  const state = { InstanceId: "i-1", KeyName: "dev", SSHKeyPath: privateKeyPath };
  expect(await ownKeyPairId(scene.machine({ state }), aws)).toBe(scene.region.keyPairs.all()[0]?.id);

  const other = join(scene.directory, "other");
  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  await writeFile(`${other}.pub`, `ssh-ed25519 ${x}`);
  expect(await ownKeyPairId(scene.machine({ state: { ...state, SSHKeyPath: other } }), aws)).toBeUndefined();
});
