import type { RecordedCase } from "./recorded-case.js";

/** A flag as the Go program's help shows it. */
export interface RecordedFlag {
  /** With its dashes. */
  readonly long: string;
  readonly short: string | undefined;
  readonly kind: "switch" | "text" | "list";
  readonly default: string | undefined;
  readonly env: string | undefined;
}

/** The flags under `Options:` of a help text. */
export function recordedFlags(help: RecordedCase): RecordedFlag[] {
  const [, options = ""] = help.stdout.split("Options:");
  return options
    .split(/\n\s*\n|Commands:/)
    .join("\n")
    .split("\n")
    .flatMap((line) => {
      const [, long, short, mark = "", usage = ""] = /^ +(--?[\w-]+)(?:, (-\w))?( [^\t]*)?\t+(.*)$/.exec(line) ?? [];
      if (long === undefined) return [];
      const isList = mark.startsWith(" [");
      return [
        {
          long,
          short,
          // A value shows as its default in quotes, or as the space in front of none.
          kind: isList ? "list" : mark === "" ? "switch" : "text",
          default: /^ "(.*)"$/.exec(mark)?.[1],
          env: /\[\$(\w+)\]$/.exec(usage)?.[1],
        },
      ];
    });
}

/** The commands under `Commands:` of the program's help text. */
export function recordedCommands(help: RecordedCase): string[] {
  const [, commands = ""] = help.stdout.split("Commands:\n");
  return [...commands.matchAll(/^ {2}([\w-]+)\t/gm)].map(([, name = ""]) => name);
}

/** Of `help ls`, `ls --help` and `create -d none --help`: `ls`, `ls`, `create`. */
export function commandOf({ args }: RecordedCase): string {
  const [first = "", second = ""] = args;
  if (first !== "help") return first;
  return second.startsWith("-") ? "help" : second;
}

/** Each command with its flags, those of `create` with the ones of the driver `none`. */
export function commandFlags(helps: readonly RecordedCase[]): { readonly name: string; readonly flags: readonly RecordedFlag[] }[] {
  const ofCommands = helps.filter(({ name, args }) => args.length > 1 && !/^create_(?!--driver=none)/.test(name) && name !== "help_create");
  return ofCommands.map((help) => ({ name: commandOf(help), flags: recordedFlags(help) })).filter(({ name }) => name !== "help");
}
