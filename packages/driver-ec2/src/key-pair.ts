import { readFile } from "node:fs/promises";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import type { Ec2Machine } from "./machine.js";
import { resourceTags, TAG_KEYS, tagValue } from "./tags.js";

/**
 * Imports the public half of the machine's SSH key under a name that no other machine has, or finds that this was done.
 * With `--amazonec2-keypair-name`, the user's own pair is used as it is. The state's `KeyName`, `ExistingKey` and `SSHKeyPath` are saved first.
 *
 * AWS may not know a new pair at once: a launch that is answered with `InvalidKeyPair.NotFound` is to be repeated.
 *
 * @throws {DriverError} an {@link AwsError}; `EC2_PUBLIC_KEY_MISSING`; `EC2_MACHINE_UNNAMED`
 */
export async function ensureKeyPair(machine: Ec2Machine, host: Host, aws: Aws): Promise<{ keyName: string }> {
  const { keypairName = "" } = machine.options;
  const sshKeypath = machine.options.sshKeypath === "" ? undefined : machine.options.sshKeypath;
  if (keypairName !== "") {
    await machine.persist({ KeyName: keypairName, ExistingKey: true, ...(sshKeypath === undefined ? {} : { SSHKeyPath: sshKeypath }) });
    return { keyName: keypairName };
  }
  const tags = await resourceTags(machine, host);
  const key = sshKeypath === undefined ? await host.createSshKey() : await userKey(sshKeypath);
  const keyName = keyPairName(machine);
  await machine.persist({ KeyName: keyName, ExistingKey: false, SSHKeyPath: key.privateKeyPath });
  await importKey(aws, { keyName, publicKey: key.publicKey, tags });
  return { keyName };
}

/** The machine's name for people, and its UUID so that no other's pair has the same. AWS allows 255 ASCII characters. */
function keyPairName({ name, state }: Ec2Machine): string {
  return state.ExistingKey !== true && state.KeyName !== undefined ? state.KeyName : `${name.slice(0, 200)}-${state.MachineId}`;
}

interface KeyImport {
  readonly keyName: string;
  readonly publicKey: string;
  readonly tags: Awaited<ReturnType<typeof resourceTags>>;
}

/** A name that is taken is that of an import whose answer was lost: nobody else uses the UUID in it. */
async function importKey(aws: Aws, { keyName, publicKey, tags }: KeyImport): Promise<void> {
  try {
    await aws.ec2("ImportKeyPair", {
      KeyName: keyName,
      PublicKeyMaterial: Buffer.from(publicKey.trim()),
      TagSpecifications: [{ ResourceType: "key-pair", Tags: tags }],
    });
  } catch (error) {
    if (!isAwsCode(error, "InvalidKeyPair.Duplicate")) throw error;
  }
}

async function userKey(path: string): Promise<{ privateKeyPath: string; publicKey: string }> {
  const publicKey = await readFile(`${path}.pub`, "utf8").catch((cause: unknown) => {
    throw new DriverError("EC2_PUBLIC_KEY_MISSING", `The key ${path} has no public half beside it that AWS could be given: ${path}.pub.`, {
      cause,
      suggestions: [`ssh-keygen -y -f ${path} > ${path}.pub`],
    });
  });
  return { privateKeyPath: path, publicKey };
}

/**
 * The id of the key pair that the state names, if it is known to be this machine's: tagged so, or, where the Go program made it without tags,
 * with the public key that belongs to the machine's private one.
 */
export async function ownKeyPairId(machine: Ec2Machine, aws: Aws): Promise<string | undefined> {
  const { KeyName, ExistingKey, MachineId, SSHKeyPath } = machine.state;
  if (KeyName === undefined || KeyName === "" || ExistingKey === true) return undefined;
  const { KeyPairs = [] } = await aws.ec2("DescribeKeyPairs", {
    Filters: [{ Name: "key-name", Values: [KeyName] }],
    IncludePublicKey: true,
  });
  const pair = KeyPairs.find((each) => each.KeyName === KeyName);
  if (pair === undefined) return undefined;
  const owner = tagValue(pair.Tags, TAG_KEYS.machineId);
  if (owner !== undefined) return owner === MachineId ? pair.KeyPairId : undefined;
  const publicKey = SSHKeyPath === undefined ? undefined : await readFile(`${SSHKeyPath}.pub`, "utf8").catch(() => undefined);
  return publicKey !== undefined && isSameKey(publicKey, pair.PublicKey ?? "") ? pair.KeyPairId : undefined;
}

/** The comment, which is the third word, counts for nothing. */
function isSameKey(one: string, other: string): boolean {
  const material = (line: string) => line.trim().split(/\s+/).slice(0, 2).join(" ");
  return material(one) !== "" && material(one) === material(other);
}
