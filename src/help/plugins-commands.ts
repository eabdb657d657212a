import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { Flag } from "../command-line/flags.js";
import type { ShownCommand } from "./command-help.js";

const PACKAGE = "@oclif/plugin-plugins";
const EXAMPLE = "docker-machine-plugin-journal";

/** A command in the manifest of @oclif/plugin-plugins, as far as help needs it. */
interface ManifestCommand {
  readonly summary?: string;
  readonly description?: string;
  readonly hidden?: boolean;
  readonly aliases?: readonly string[];
  readonly examples?: readonly (string | { readonly command: string })[];
  readonly args: Readonly<Record<string, { readonly description?: string; readonly required?: boolean }>>;
  readonly flags: Readonly<Record<string, Flag & { readonly summary?: string }>>;
}

/**
 * The commands of @oclif/plugin-plugins, by the words that name them, read from its manifest: its help is then as quick as that of our own, without oclif.
 * Descriptions are left out: they speak of how plugins replace commands, which ours don't let them.
 */
export function pluginsCommands(): ReadonlyMap<string, ShownCommand> {
  const path = findPackageJSON(PACKAGE, import.meta.url);
  if (path === undefined) return new Map();
  const { commands } = JSON.parse(readFileSync(join(dirname(path), "oclif.manifest.json"), "utf8")) as {
    readonly commands: Readonly<Record<string, ManifestCommand>>;
  };
  const named = Object.entries(commands).flatMap(([id, command]) => [id, ...(command.aliases ?? [])].map((name) => ({ name, command })));
  return new Map(named.map(({ name, command }) => [name.replaceAll(":", " "), shownCommand(name, command)]));
}

function shownCommand(id: string, { summary, description = "", examples = [], args, flags }: ManifestCommand): ShownCommand {
  const fill = (text: string) => filled(text, id).trim();
  return {
    summary: fill(summary ?? description.split("\n", 1)[0] ?? "").replace(/\.$/, ""),
    examples: examples.map((example) => fill(typeof example === "string" ? example : example.command)),
    args: Object.fromEntries(
      Object.entries(args).map(([name, each]) => [name, { description: each.description ?? "", required: each.required ?? false }]),
    ),
    flags: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [name, { ...flag, description: flag.description ?? flag.summary ?? "" }]),
    ),
  };
}

/** oclif's templates, as far as they stand there. */
function filled(text: string, id: string): string {
  return text
    .replaceAll("<%= config.bin %>", "docker-machine")
    .replaceAll("<%= command.id %>", id.replaceAll(":", " "))
    .replaceAll(/<%-[^%]*examplePlugin[^%]*%>/g, id === "plugins:link" ? "./my-plugin" : EXAMPLE);
}
