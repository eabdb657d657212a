/** JSON in which each name of an object stands once, and where its values are in the text. */
export interface StrictJson {
  readonly value: unknown;
  /** `line 3, column 5`, of a value by its path, such as `require.pin` or `allow[0]`. Of an object's entry, where its name is. */
  placeOf(path: string): string;
}

/** An object or array whose end is still to come. */
interface Frame {
  readonly path: string;
  /** The names that were seen in an object; absent for an array. */
  readonly names?: Set<string>;
  /** How many elements of an array came before. */
  index: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * Parses JSON, and refuses an object that has a name twice: of two, `JSON.parse` drops the first without a word.
 *
 * @throws {SyntaxError} with the place in its message
 */
export function parseStrictJson(text: string): StrictJson {
  const value: unknown = JSON.parse(text);
  const places = new Places(text);
  for (const { 0: token, index } of text.matchAll(TOKEN)) places.pass(token, index);
  return { value, placeOf: (path) => places.describe(path) };
}

/** Walks over the tokens of valid JSON, and notes where the value of each path begins. */
class Places {
  readonly #text: string;
  readonly #starts = new Map<string, number>();
  readonly #open: Frame[] = [];
  /** The path of the value that comes next. */
  #path = "";

  constructor(text: string) {
    this.#text = text;
  }

  describe(path: string): string {
    return describePlace(this.#text, this.#starts.get(path) ?? 0);
  }

  pass(token: string, index: number): void {
    const frame = this.#open.at(-1);
    if (token === "}" || token === "]") this.#open.pop();
    else if (token === ",") this.#nextElement(frame);
    else if (frame?.names !== undefined && isName(this.#text, index + token.length)) this.#name(frame, token, index);
    else if (token !== ":") this.#value(token, index);
  }

  #nextElement(frame: Frame | undefined): void {
    if (frame === undefined || frame.names !== undefined) return;
    frame.index += 1;
    this.#path = `${frame.path}[${frame.index}]`;
  }

  #name({ path, names }: Frame, token: string, index: number): void {
    const name = String(JSON.parse(token));
    this.#path = path === "" ? name : `${path}.${name}`;
    if (names?.has(name) === true) {
      throw new SyntaxError(`${JSON.stringify(this.#path)} stands there twice (${describePlace(this.#text, index)})`);
    }
    names?.add(name);
    this.#starts.set(this.#path, index);
  }

  #value(token: string, index: number): void {
    const path = this.#path;
    if (!this.#starts.has(path)) this.#starts.set(path, index);
    if (token === "{") this.#open.push({ path, names: new Set(), index: 0 });
    if (token !== "[") return;
    this.#open.push({ path, index: 0 });
    this.#path = `${path}[0]`;
  }
}

/** In valid JSON, what a colon follows is a name. */
function isName(text: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}

function describePlace(text: string, index: number): string {
  const lines = text.slice(0, index).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
