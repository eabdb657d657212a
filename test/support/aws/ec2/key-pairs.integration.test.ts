import { generateKeyPairSync } from "node:crypto";
import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld, ed25519Line } from "./account-world.ts";

function importKey(world: AccountWorld, KeyName: string, line: string) {
  return world.client.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(line) }));
}

/** A public RSA key in OpenSSH's format. */
function rsaLine(modulusLength: number): string {
  const { e = "", n = "" } = generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ format: "jwk" });
  const fields = [Buffer.from("ssh-rsa"), Buffer.from(e, "base64url"), Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")])];
  const wire = fields.map((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return Buffer.concat([length, field]);
  });
  return `ssh-rsa ${Buffer.concat(wire).toString("base64")}`;
}

describe("a key pair", () => {
  it("is imported under a name that no other has", async () => {
    await using world = await AccountWorld.start();
    const line = ed25519Line();
    const { KeyPairId } = await importKey(world, "mine", line);
    expect(await world.refused(importKey(world, "mine", line))).toBe("InvalidKeyPair.Duplicate");
    const describe = new DescribeKeyPairsCommand({ KeyNames: ["mine"], IncludePublicKey: true });
    expect((await world.client.send(describe)).KeyPairs).toMatchObject([{ KeyPairId, KeyType: "ed25519", PublicKey: line }]);
    expect((await world.launch({ KeyName: "mine" })).KeyName).toBe("mine");
  });

  it("is of ED25519, or of RSA with one of three lengths, in OpenSSH's format", async () => {
    await using world = await AccountWorld.start();
    await importKey(world, "rsa", rsaLine(1024));
    expect(await world.refused(importKey(world, "odd", rsaLine(1152)))).toBe("InvalidKey.Format");
    expect(await world.refused(importKey(world, "pem", "-----BEGIN PUBLIC KEY-----"))).toBe("InvalidKey.Format");
    expect(await world.refused(importKey(world, "mixed", ed25519Line().replace("ssh-ed25519", "ssh-rsa")))).toBe("InvalidKey.Format");
  });

  it("is deleted as often as one likes", async () => {
    await using world = await AccountWorld.start();
    await world.importKey("mine");
    const remove = new DeleteKeyPairCommand({ KeyName: "mine" });
    expect(await world.client.send(remove)).toMatchObject({ Return: true, KeyPairId: expect.stringMatching(/^key-/) });
    await world.client.send(remove);
    expect(await world.refused(world.client.send(new DescribeKeyPairsCommand({ KeyNames: ["mine"] })))).toBe("InvalidKeyPair.NotFound");
  });
});
