import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DescribeInstancesCommand, DescribeTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { Cli } from "../cli.js";
import type { Ec2World } from "./world.ts";

/** AWS itself, with the credentials of this process's environment. What is made there costs money until it is removed. */
export class RealAwsWorld implements Ec2World {
  readonly cli: Cli;
  readonly flags = ["--amazonec2-tags", "purpose,docker-machine-test"];
  readonly goFields = {};
  readonly secrets: readonly string[];
  readonly #client = new EC2Client();

  private constructor(cli: Cli) {
    this.cli = cli;
    const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    this.secrets = [AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN].filter((secret) => secret !== undefined);
  }

  /** The program's home is another one, so profiles are looked for where the user has them. */
  static async create(): Promise<RealAwsWorld> {
    const cli = await Cli.create();
    cli.env.AWS_CONFIG_FILE = join(homedir(), ".aws", "config");
    cli.env.AWS_SHARED_CREDENTIALS_FILE = join(homedir(), ".aws", "credentials");
    for (const [name, value = ""] of Object.entries(process.env)) if (name.startsWith("AWS_")) cli.env[name] = value;
    return new RealAwsWorld(cli);
  }

  async residue(): Promise<readonly string[]> {
    const storeId = (await readFile(join(this.cli.storagePath, ".store-id"), "utf8")).trim();
    const filters = [
      { Name: "key", Values: ["docker-machine:store-id"] },
      { Name: "value", Values: [storeId] },
    ];
    const { Tags = [] } = await this.#client.send(new DescribeTagsCommand({ Filters: filters }));
    const ids = Tags.flatMap(({ ResourceId }) => ResourceId ?? []);
    const gone = await this.#terminated(ids.filter((id) => id.startsWith("i-")));
    return ids.filter((id) => !gone.has(id));
  }

  violations(): readonly string[] {
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    await this.cli[Symbol.asyncDispose]();
  }

  /** AWS shows terminated instances for an hour. */
  async #terminated(ids: string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { Reservations = [] } = await this.#client.send(new DescribeInstancesCommand({ InstanceIds: ids }));
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    return new Set(instances.flatMap(({ InstanceId, State }) => (State?.Name === "terminated" ? (InstanceId ?? []) : [])));
  }
}
