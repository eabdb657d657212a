import { type Context, type ContextOptions, createContext } from "../context.js";
import { formatJson } from "../terminal/json.js";
import { writeStdout } from "../terminal/standard-output.js";
import type { Completes, Flags } from "./flags.js";
import { type GlobalFlagValues, globalFlags } from "./global-flags.js";
import { asksForHelp, type ParsedCommandLine, type ParseOptions, parseCommandLine } from "./parse.js";
import type { FlagsEnd } from "./tokens.js";

/** A word of a command, for its help. */
export interface ArgumentDescription {
  readonly description: string;
  readonly required?: boolean;
  /** Whether there may be several. */
  readonly multiple?: boolean;
  /** What the shell completes it with. */
  readonly completes?: Completes;
}

/** A command: what help shows of it, what it takes, and what it does. */
export interface CommandDefinition<F extends Flags> {
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** How it is typed, without the program's name, where help's own guess is wrong. */
  readonly usage?: string;
  readonly examples?: readonly string[];
  readonly hidden?: boolean;
  readonly args?: Readonly<Record<string, ArgumentDescription>>;
  readonly flags?: F;
  /** Default: `at-double-dash`. */
  readonly flagsEnd?: FlagsEnd;
  /** Flags that are only known once others are read, as those of a driver: they are left out of `flags`, and {@link CommandCall.parse} reads them. */
  readonly moreFlags?: boolean;
  /** @throws {MachineError} for whatever the user can act on */
  run(call: CommandCall<F>): Promise<void>;
}

/** One call of a command. */
export interface CommandCall<F extends Flags> extends ParsedCommandLine<F & typeof globalFlags> {
  /** The command line behind the command's name. */
  readonly argv: readonly string[];
  /** Reads the command line again, with further flags. */
  parse<More extends Flags>(more: More): ParsedCommandLine<F & typeof globalFlags & More>;
  /** The parts of the program. `output` says what this command's stdout is: lines about its progress, or data that somebody evaluates or parses. */
  context(output: ContextOptions["output"]): Promise<Context>;
  /** Writes a line to stdout. */
  print(line: string): void;
  /** Writes the one document that a command prints with `--json`: `data` in the envelope that docs/json.md describes. */
  printJson(data: object): void;
}

/** What {@link defineCommand} makes: plain data that oclif reads help and completion from, and runs if a plugin asks it to. */
export interface Command {
  readonly summary: string;
  readonly description?: string;
  readonly usage?: string;
  readonly examples?: readonly string[];
  readonly hidden?: boolean;
  readonly args: Readonly<Record<string, ArgumentDescription>>;
  readonly flags: Flags;
  readonly flagsEnd?: FlagsEnd;
  /** Whether the command line asks for help. */
  asksForHelp(argv: readonly string[]): boolean;
  /** @param argv the command line behind the command's name, with global flags anywhere */
  run(argv: readonly string[]): Promise<void>;
}

/**
 * Describes a command once, for running it, for its help and for completion. Nothing of oclif is loaded by it: `ip` must not wait for what `help` needs.
 */
export function defineCommand<const F extends Flags = Record<never, never>>(definition: CommandDefinition<F>): Command {
  const { run, moreFlags, ...shown } = definition;
  const { flagsEnd } = definition;
  const flags: F & typeof globalFlags = { ...globalFlags, ...(definition.flags ?? ({} as F)) };
  const options: ParseOptions = { env: process.env, ...(flagsEnd === undefined ? {} : { flagsEnd }) };
  return {
    ...shown,
    args: definition.args ?? {},
    flags,
    asksForHelp: (argv) => asksForHelp(argv, flags, flagsEnd),
    run: async (argv) => {
      const parsed = parseCommandLine(argv, flags, { ...options, unknownFlags: moreFlags ? "leave-out" : "refuse" });
      await run({
        ...parsed,
        argv,
        parse: (more) => parseCommandLine(argv, { ...flags, ...more }, options),
        context: (output) => createContext(contextOptions(parsed.flags, output)),
        print,
        printJson: (data) => writeStdout(formatJson(data)),
      });
    },
  };
}

function print(line: string): void {
  writeStdout(`${line}\n`);
}

function contextOptions(flags: GlobalFlagValues, output: ContextOptions["output"]): ContextOptions {
  return {
    debug: flags.debug,
    output,
    githubToken: flags["github-api-token"],
    storePaths: {
      storagePath: flags["storage-path"],
      tlsCaCert: flags["tls-ca-cert"],
      tlsCaKey: flags["tls-ca-key"],
      tlsClientCert: flags["tls-client-cert"],
      tlsClientKey: flags["tls-client-key"],
    },
  };
}
