import { isatty } from "node:tty";
import { styleText } from "node:util";

/** How text may look. */
export type TextStyle = "dim" | "green" | "red" | "yellow";

/** Gives text a style, or leaves it as it is. */
export type Paint = (style: TextStyle, text: string) => string;

/** Leaves text as it is. */
export const plain: Paint = (_style, text) => text;

/** Styles for a stream: none if it is no terminal, and as `NO_COLOR` and `FORCE_COLOR` want. */
export function painter(name: "stdout" | "stderr"): Paint {
  // Making the stream takes time, and most often it is a pipe.
  if (process.env.FORCE_COLOR === undefined && !isatty(name === "stdout" ? 1 : 2)) return plain;
  return (style, text) => styleText(style, text, { stream: process[name] });
}
