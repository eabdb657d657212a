/** How one value is printed: a `%` directive of `printf`, or `%v` for the other functions. */
export interface Directive {
  readonly verb: string;
  /** `+` */
  readonly plus: boolean;
  /** `-`: padded on the right. */
  readonly minus: boolean;
  /** `#` */
  readonly sharp: boolean;
  /** A space as flag. */
  readonly space: boolean;
  /** `0`: padded with zeros. */
  readonly zero: boolean;
  /** `%+v`: with the names of fields. */
  readonly withNames: boolean;
  /** `%#v`: as Go source. */
  readonly asSource: boolean;
  /** In characters. */
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** `%v` */
export const PLAIN: Directive = {
  verb: "v",
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  withNames: false,
  asSource: false,
  width: undefined,
  precision: undefined,
};

/** `text` filled up to the width of the directive. */
export function padded(text: string, { width = 0, minus, zero }: Directive): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  return minus ? text + " ".repeat(missing) : (zero ? "0" : " ").repeat(missing) + text;
}
