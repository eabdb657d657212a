declare module "@npmcli/config" {
  /** npm's own reader of .npmrc files, environment and defaults. Only what is used here. */
  class Config {
    constructor(options: {
      readonly definitions: unknown;
      readonly shorthands: unknown;
      readonly flatten: unknown;
      readonly nerfDarts?: readonly string[];
      readonly npmPath: string;
      readonly env: NodeJS.ProcessEnv;
      readonly argv: readonly string[];
      readonly cwd: string;
      readonly warn: boolean;
    });
    load(): Promise<void>;
    /** Whether nobody has set it. */
    isDefault(key: string): boolean;
    /** The options in the form that npm's libraries take, tokens by registry included. */
    readonly flat: Readonly<Record<string, unknown>>;
  }
  export = Config;
}

declare module "@npmcli/config/lib/definitions/index.js" {
  const definitions: {
    readonly definitions: { readonly registry: { readonly default: string } };
    readonly shorthands: unknown;
    readonly flatten: unknown;
    readonly nerfDarts?: readonly string[];
  };
  export = definitions;
}

declare module "npm-pick-manifest" {
  /** A version's package.json, as a registry tells it. */
  interface Manifest extends Readonly<Record<string, unknown>> {
    readonly name: string;
    readonly version: string;
    readonly dist?: { readonly tarball?: unknown; readonly integrity?: unknown; readonly shasum?: unknown };
  }

  /** What a registry tells of a package. */
  interface Packument {
    readonly name: string;
    readonly versions: Readonly<Record<string, Manifest>>;
    readonly "dist-tags"?: Readonly<Record<string, string>>;
  }

  /** The version that npm installs for a version, range or tag. Throws errors with the codes `ETARGET`, `ENOVERSIONS` or `E403`. */
  function pickManifest(packument: Packument, wanted: string, options: object): Manifest;
  export = pickManifest;
}

declare module "@npmcli/agent" {
  import type { Agent } from "node:http";

  /** How hosts are connected to. Only what is used here. */
  interface AgentOptions {
    readonly rejectUnauthorized: boolean;
    readonly ca?: readonly string[];
    readonly proxy?: string;
    readonly noProxy?: readonly string[];
    /** Milliseconds. */
    readonly timeouts: { readonly connection: number; readonly idle: number; readonly response: number };
  }

  /** The agent for an address, with the proxy of the options or of the environment. It is kept for those who ask with the same options. */
  export function getAgent(address: string, options: AgentOptions): Agent;
}
