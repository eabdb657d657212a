import type { Flag } from "../command-line/flags.js";
import type { Row } from "./columns.js";

/** A flag as help lists it: how it is typed, what it does, its default, and its variable. */
export function flagRow(name: string, flag: Flag): Row {
  const short = flag.char === undefined ? "    " : `-${flag.char}, `;
  const value = flag.type === "option" ? `=VALUE${flag.multiple ? "..." : ""}` : "";
  return [`${short}--${name}${value}`, [flag.description, defaultOf(flag), variableOf(flag)].filter(Boolean).join(" ")];
}

function defaultOf(flag: Flag): string {
  if (flag.type !== "option") return "";
  const text = ("defaultHelp" in flag ? flag.defaultHelp : undefined) ?? ("default" in flag ? flag.default : undefined);
  return text === undefined || text === "" ? "" : `(default: ${String(text)})`;
}

function variableOf({ env }: Flag): string {
  return env === undefined ? "" : `[$${env}]`;
}
