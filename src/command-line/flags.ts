/** Names that a shell completes a word with: those of machines, of drivers, or of machines with a colon behind, for what is copied from or to them. */
export type Completes = "machines" | "drivers" | "machine-paths";

/** What help shows of any flag. The names are oclif's, which renders help and completion from them. */
interface FlagDescription {
  readonly description: string;
  /** The one-letter form, used with a single dash. */
  readonly char?: string;
  /** The variable that is read when the flag is not given. An empty one counts as unset. */
  readonly env?: string;
  /** The heading that help lists the flag under. */
  readonly helpGroup?: string;
  readonly hidden?: boolean;
}

/** A flag without a value: `--force`, or `--force=false` as programs write it. `false` unless given. */
export interface SwitchFlag extends FlagDescription {
  readonly type: "boolean";
}

/** A flag with a text. The last one given counts. */
export interface TextFlag extends FlagDescription {
  readonly type: "option";
  readonly multiple?: false;
  readonly default?: string;
  /** What the shell completes its value with. */
  readonly completes?: Completes;
  /** What help shows as default, of a flag whose default is found elsewhere. */
  readonly defaultHelp?: string;
}

/** A flag that may be given several times. In its variable, a comma separates the values. */
export interface ListFlag extends FlagDescription {
  readonly type: "option";
  readonly multiple: true;
}

/** A flag whose text means something else. */
export interface ParsedFlag<T> extends FlagDescription {
  readonly type: "option";
  readonly multiple?: false;
  readonly default: T;
  /** @throws {MachineError} `ARGUMENTS_INVALID`, which says what is accepted */
  read(text: string): T;
}

/** Any flag of a command. */
export type Flag = SwitchFlag | TextFlag | ListFlag | ParsedFlag<unknown>;

/** The flags of a command by their long names. */
export type Flags = Readonly<Record<string, Flag>>;

/** The value of a flag in a command that was parsed. */
export type FlagValue<F> = F extends SwitchFlag
  ? boolean
  : F extends ListFlag
    ? readonly string[]
    : F extends ParsedFlag<infer T>
      ? T
      : F extends { readonly default: string }
        ? string
        : string | undefined;

/** The values of all flags of a command. */
export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: FlagValue<F[Name]> };

/** A flag without a value. */
export function switchFlag(description: Omit<SwitchFlag, "type">): SwitchFlag {
  return { type: "boolean", ...description };
}

/** A flag with a text. */
export function textFlag<const D extends Omit<TextFlag, "type">>(description: D): D & { readonly type: "option" } {
  return { type: "option", ...description };
}

/** A flag that may be given several times. */
export function listFlag(description: Omit<ListFlag, "type" | "multiple">): ListFlag {
  return { type: "option", multiple: true, ...description };
}

/** A flag whose text means something else. */
export function parsedFlag<T>(description: Omit<ParsedFlag<T>, "type">): ParsedFlag<T> {
  return { type: "option", ...description };
}

/** `--json` of the commands that print data. */
export const jsonFlag = switchFlag({ description: "Print JSON" });
