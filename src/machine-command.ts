import { Command, Flags, type Interfaces } from "@oclif/core";
import { type Context, createContext } from "./context.js";
import { MachineError } from "./errors.js";
import { StorePaths } from "./store/store-paths.js";

/** The flags that every command takes, before or after its name. */
export const globalFlags = {
  debug: Flags.boolean({ char: "D", description: "Show debug lines, and the stack of an error", helpGroup: "GLOBAL" }),
  "storage-path": Flags.string({
    char: "s",
    description: "Where machines and certificates are",
    env: "MACHINE_STORAGE_PATH",
    helpGroup: "GLOBAL",
  }),
  "tls-ca-cert": Flags.string({ description: "CA to verify remotes against", env: "MACHINE_TLS_CA_CERT", helpGroup: "GLOBAL" }),
  "tls-ca-key": Flags.string({ description: "Private key to generate certificates", env: "MACHINE_TLS_CA_KEY", helpGroup: "GLOBAL" }),
  "tls-client-cert": Flags.string({ description: "Client cert to use for TLS", env: "MACHINE_TLS_CLIENT_CERT", helpGroup: "GLOBAL" }),
  "tls-client-key": Flags.string({
    description: "Private key used in client TLS auth",
    env: "MACHINE_TLS_CLIENT_KEY",
    helpGroup: "GLOBAL",
  }),
  "github-api-token": Flags.string({ description: "Token for GitHub", env: "MACHINE_GITHUB_API_TOKEN", helpGroup: "GLOBAL" }),
  "native-ssh": Flags.boolean({ description: "Accepted; SSH is always built in", env: "MACHINE_NATIVE_SSH", helpGroup: "GLOBAL" }),
  "bugsnag-api-token": Flags.string({
    description: "Accepted; nothing is ever sent",
    env: "MACHINE_BUGSNAG_API_TOKEN",
    helpGroup: "GLOBAL",
  }),
};

/** The values of {@link globalFlags}. */
export interface GlobalFlagValues {
  readonly debug?: boolean;
  readonly "storage-path"?: string | undefined;
  readonly "tls-ca-cert"?: string | undefined;
  readonly "tls-ca-key"?: string | undefined;
  readonly "tls-client-cert"?: string | undefined;
  readonly "tls-client-key"?: string | undefined;
  readonly "github-api-token"?: string | undefined;
}

/** What a command's stdout is: lines about its progress, or data that somebody evaluates or parses. */
export type OutputKind = "progress" | "data";

/** The parts of the program for the given flags. */
export async function contextFor(
  flags: GlobalFlagValues,
  output: OutputKind,
  config: Pick<Interfaces.Config, "configDir" | "dataDir">,
): Promise<Context> {
  const token = flags["github-api-token"];
  return createContext({
    debug: flags.debug === true,
    paths: new StorePaths({
      ...given("storagePath", flags["storage-path"]),
      ...given("tlsCaCert", flags["tls-ca-cert"]),
      ...given("tlsCaKey", flags["tls-ca-key"]),
      ...given("tlsClientCert", flags["tls-client-cert"]),
      ...given("tlsClientKey", flags["tls-client-key"]),
    }),
    ...given("githubToken", token),
    output,
    configDirectory: config.configDir,
    dataDirectory: config.dataDir,
  });
}

function given<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}

/** The base of all commands: parse, one call, render. */
export abstract class MachineCommand extends Command {
  static override baseFlags = globalFlags;

  /** The parts of the program for this command. An interrupt aborts its signal; a second one ends the process. */
  protected context(flags: GlobalFlagValues, output: OutputKind): Promise<Context> {
    return contextFor(flags, output, this.config);
  }

  /** The machine names given, or `default` if there is such a machine. */
  protected async namesOrDefault(context: Context, names: readonly string[] | undefined): Promise<readonly string[]> {
    if (names !== undefined && names.length > 0) return names;
    if (await context.machines.store.has("default")) return ["default"];
    throw new MachineError("MACHINE_NAME_MISSING", 'Error: No machine name(s) specified and no "default" machine exists');
  }

  /**
   * The one machine name given, or `default` if there is such a machine.
   *
   * @throws {MachineError} `ARGUMENTS_INVALID` for several
   */
  protected async nameOrDefault(context: Context, names: readonly string[] | undefined): Promise<string> {
    if (names !== undefined && names.length > 1) {
      throw new MachineError("ARGUMENTS_INVALID", "Error: Expected one machine name as an argument");
    }
    const [name = "default"] = await this.namesOrDefault(context, names);
    return name;
  }

  /** Does something with several machines at once. All are tried; the errors come together at the end. */
  protected async forEachMachine(names: readonly string[], action: (name: string) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(names.map(action));
    throwCollected(results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])));
  }
}

/** Throws what went wrong, if anything did: a single error as it is, several as one `MACHINES_FAILED`. */
export function throwCollected(errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  if (errors.length === 1) throw errors[0];
  const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new MachineError("MACHINES_FAILED", messages.join("\n"), { cause: new AggregateError(errors, "Several machines failed") });
}
