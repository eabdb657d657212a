import type { GoValue } from "./go-value.js";
import type { Span } from "./problem.js";

/** Something that has a value: an operand of a command. */
export type Expression = (
  | { readonly kind: "dot" }
  | { readonly kind: "nil" }
  | { readonly kind: "constant"; readonly value: GoValue }
  /** `.A.B` */
  | { readonly kind: "field"; readonly path: readonly string[] }
  /** `$x.A.B`; the name has its dollar sign. */
  | { readonly kind: "variable"; readonly name: string; readonly path: readonly string[] }
  /** `(…).A.B` or `f.A.B` */
  | { readonly kind: "chain"; readonly of: Expression; readonly path: readonly string[] }
  | { readonly kind: "function"; readonly name: string }
  | Pipeline
) &
  Span;

/** `operand operand…`: the first one is what is called, or the value itself. */
export interface Command extends Span {
  readonly first: Expression;
  readonly rest: readonly Expression[];
}

/** `$a, $b := command | command`: each command has the value of the one before as its last argument. */
export interface Pipeline extends Span {
  readonly kind: "pipeline";
  /** Names with their dollar sign. */
  readonly variables: readonly string[];
  /** Whether the variables are set (`=`), not declared (`:=`). */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

/** `{{if}}`, `{{with}}` or `{{range}}`. */
export interface Control extends Span {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export type Statement =
  | ({ readonly kind: "text"; readonly text: string } & Span)
  | ({ readonly kind: "print"; readonly pipeline: Pipeline } & Span)
  | Control
  | ({ readonly kind: "break" } & Span)
  | ({ readonly kind: "continue" } & Span)
  /** Without a pipeline, the template has no value to work on. */
  | ({ readonly kind: "template"; readonly name: string; readonly pipeline?: Pipeline } & Span);

/** The statements of each `{{define}}` and `{{block}}` by name, the text itself under the empty name. */
export type Definitions = ReadonlyMap<string, readonly Statement[]>;
