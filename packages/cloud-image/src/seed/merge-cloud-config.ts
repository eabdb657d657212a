import { DriverError } from "@docker-machine/driver-sdk";
import type { YAMLMap, YAMLParseError } from "yaml";
import type { CloudConfig } from "./cloud-config.js";
import { ONE_LINE_TEXTS, quotedYaml } from "./quoted-yaml.js";

type Yaml = typeof import("yaml");

/** The first line of every cloud-config. */
const CLOUD_CONFIG_HEADER = "#cloud-config";

const SCHEMA_HINT = "Where cloud-init is installed: cloud-init schema --config-file FILE";

/** Ours alone, as a text that cloud-init reads. */
export async function cloudConfigText(ours: CloudConfig): Promise<string> {
  return `${CLOUD_CONFIG_HEADER}\n${await quotedYaml(ours)}`;
}

/**
 * The user's cloud-config with ours in it. Lists are appended to ours, maps merged, and of two single values the user's stays. What the user
 * wrote keeps its form and comments, but for aliases: no value is read as more than text, since cloud-init reads YAML 1.1, where `0644` and
 * `yes` mean something else than elsewhere.
 *
 * @param theirs a text whose first line is `#cloud-config`
 * @throws {DriverError} `USER_DATA_INVALID` with line and column; `USER_DATA_CONFLICT` for what docker-machine couldn't log in with
 */
export async function mergeCloudConfig(ours: CloudConfig, theirs: string): Promise<string> {
  try {
    return await merged(ours, theirs);
  } catch (error) {
    // The stack's end: yaml walks through lists in lists by recursion.
    if (!(error instanceof RangeError)) throw error;
    throw new DriverError("USER_DATA_INVALID", "The user data is nested too deeply.", { cause: error });
  }
}

async function merged(ours: CloudConfig, theirs: string): Promise<string> {
  const [yaml, { expandAliases }] = await Promise.all([import("yaml"), import("./expand-aliases.js")]);
  // The line stays, empty, so that errors name the right one.
  const document = yaml.parseDocument(theirs.replace(/^(\s*)#.*/, "$1"), { schema: "failsafe" });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(error);
  const addition = yaml.parseDocument<YAMLMap.Parsed>(await quotedYaml(ours), { schema: "failsafe" }).contents;
  expandAliases(yaml, document);
  const merge = new Merge(yaml);
  if (merge.isNothing(document.contents)) return cloudConfigText(ours);
  if (!yaml.isMap(document.contents) || addition === null) {
    throw new DriverError("USER_DATA_INVALID", "The user data is no map of cloud-config's settings.", { suggestions: [SCHEMA_HINT] });
  }
  const settings: YAMLMap = document.contents;
  merge.checkLogin(settings, ours);
  if (ours.ca_certs !== undefined) merge.renameKey(settings, "ca-certs", "ca_certs");
  merge.mergeInto(settings, addition);
  return `${CLOUD_CONFIG_HEADER}\n${document.toString(ONE_LINE_TEXTS)}`;
}

function notYaml(error: YAMLParseError): DriverError {
  const [start] = error.linePos ?? [];
  const place = start === undefined ? "" : ` at line ${start.line}, column ${start.col}`;
  const [problem = error.message] = error.message.split(/ at line |\n/, 1);
  return new DriverError("USER_DATA_INVALID", `The user data is no valid YAML${place}: ${problem}`, {
    cause: error,
    suggestions: [SCHEMA_HINT],
  });
}

/** Merges nodes without aliases, whose values are all texts. */
class Merge {
  readonly #yaml: Yaml;

  constructor(yaml: Yaml) {
    this.#yaml = yaml;
  }

  /** An empty value, as YAML 1.1 writes it. */
  isNothing(node: unknown): boolean {
    if (node === null || node === undefined) return true;
    if (!this.#yaml.isScalar(node)) return false;
    return node.value === null || (node.type === "PLAIN" && ["", "~", "null", "Null", "NULL"].includes(String(node.value)));
  }

  mergeInto(theirs: YAMLMap, ours: YAMLMap): void {
    for (const pair of ours.items) {
      const present = theirs.items.find((their) => this.#text(their.key) === this.#text(pair.key));
      if (present === undefined) theirs.items.push(pair);
      else present.value = this.#merged(present.value, pair.value);
    }
  }

  /** @throws {DriverError} `USER_DATA_CONFLICT` */
  checkLogin(theirs: YAMLMap, { disable_root, user }: CloudConfig): void {
    const value = theirs.get("user", true);
    const name = this.#text(this.#yaml.isMap(value) ? value.get("name", true) : value);
    if (name !== undefined && name !== user.name) {
      throw conflict(`names the login user ${JSON.stringify(name)}, but docker-machine logs in as "${user.name}"`, [
        `Create the machine with ${name} as its SSH user, or list ${name} under "users" instead of "user".`,
      ]);
    }
    // A bare name says no more than ours does.
    if (this.#yaml.isScalar(value)) theirs.delete("user");
    const rootLogin = this.#text(theirs.get("disable_root", true)) ?? "";
    if (disable_root === false && /^(?:y|yes|true|on|1)$/i.test(rootLogin)) {
      throw conflict('forbids root to log in ("disable_root"), but docker-machine logs in as root', [
        "Remove it, or log in as another user.",
      ]);
    }
  }

  /** A setting's older name, which cloud-init would ignore beside the newer one; the names below it have dashes too. */
  renameKey(theirs: YAMLMap, older: string, newer: string): void {
    const pair = theirs.items.find(({ key }) => this.#text(key) === older);
    if (pair === undefined || theirs.has(newer)) return;
    pair.key = newer;
    if (!this.#yaml.isMap(pair.value)) return;
    for (const inner of pair.value.items) inner.key = this.#text(inner.key)?.replaceAll("-", "_") ?? inner.key;
  }

  #merged(their: unknown, our: unknown): unknown {
    const { isMap, isSeq } = this.#yaml;
    if (this.isNothing(their)) return our;
    if (isMap(our) && isMap(their)) this.mergeInto(their, our);
    if (!isSeq(our)) return their;
    if (isSeq(their)) {
      their.items.unshift(...our.items);
      return their;
    }
    our.items.push(their);
    return our;
  }

  /** A single value's text; an empty one has none. */
  #text(node: unknown): string | undefined {
    if (typeof node === "string") return node;
    return this.#yaml.isScalar(node) && !this.isNothing(node) ? String(node.value) : undefined;
  }
}

function conflict(problem: string, suggestions: readonly string[]): DriverError {
  return new DriverError("USER_DATA_CONFLICT", `The user data ${problem}.`, { suggestions });
}
