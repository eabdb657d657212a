import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

const PREFIX = "\0builtin:";
/** What every Node process has loaded before the program starts: there is nothing to put off. */
const LOADED = new Set(["buffer", "fs", "path", "url"]);

/**
 * Makes the program's own imports of Node's modules lazy: a module is loaded when one of its functions is first called.
 *
 * An ES import of `node:fs` reads every property of it, getters included, and some of these load whole subsystems: `node:fs` its streams, `node:crypto` WebCrypto, `node:http`
 * an HTTP client. Together that took as long as Node takes to start.
 *
 * @param sources the folder whose files it is about; libraries are left as they are
 */
export function lazyBuiltins(sources: string): Plugin {
  return {
    name: "lazy-builtins",
    resolveId(source, importer, { kind }) {
      if (source.startsWith(PREFIX)) return { id: source, moduleSideEffects: false };
      const isOurs = importer?.startsWith(sources) === true && kind === "import-statement";
      return isOurs && isBuiltin(source) ? { id: `${PREFIX}${source.replace(/^node:/, "")}`, moduleSideEffects: false } : null;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const [module = "", name] = id.slice(PREFIX.length).split("#");
      return name === undefined ? listOf(module) : exportOf(module, name);
    },
  };
}

/** Whether a module that {@link lazyBuiltins} makes loads a module of Node's at once, since it holds what can't be put off. */
export function isEagerBuiltin(id: string): boolean {
  const [module = "", name] = id.startsWith(PREFIX) ? id.slice(PREFIX.length).split("#") : [];
  return name !== undefined && !LOADED.has(module) && !isPutOff(module, name);
}

/** Whether it is a module that {@link lazyBuiltins} makes. */
export function isBuiltinModule(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** One module for each name, so that a chunk gets what it uses. */
function listOf(module: string): string {
  const names = Object.keys(builtin(module)).filter((each) => /^[a-zA-Z]\w*$/.test(each) && each !== "default");
  return names.map((name) => `export { ${name} } from ${JSON.stringify(`${PREFIX}${module}#${name}`)};`).join("\n");
}

function exportOf(module: string, name: string): string {
  const load = `process.getBuiltinModule("node:${module}")`;
  return `export const ${name} = ${isPutOff(module, name) ? `(...args) => ${load}.${name}(...args)` : `${load}.${name}`};`;
}

function isPutOff(module: string, name: string): boolean {
  return !LOADED.has(module) && isPlainFunction(Object.getOwnPropertyDescriptor(builtin(module), name)?.value);
}

function builtin(module: string): object {
  return process.getBuiltinModule(`node:${module}`) as object;
}

/** Neither a class nor a function to which is attached how `promisify` treats it. */
function isPlainFunction(value: unknown): boolean {
  if (typeof value !== "function" || /^[A-Z]/.test(value.name)) return false;
  return !Object.getOwnPropertySymbols(value).some((symbol) => /promisify/i.test(symbol.description ?? ""));
}
