import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

/** Constants of npm's libraries that load much for what is seldom needed: a check of attestations, patterns of file names, copies of folders, proxies. */
const PUT_OFF: Readonly<Record<string, readonly string[]>> = {
  "pacote/lib/registry.js": ["sigstore"],
  "cacache/lib/util/glob.js": ["glob"],
  "@npmcli/fs/lib/cp/index.js": ["useNative", "node", "polyfill"],
  "@npmcli/agent/lib/proxy.js": ["SOCKS_PROTOCOLS", "SocksProxyAgent", "HttpProxyAgent", "HttpsProxyAgent"],
};

/** Works such constants out where they are used, instead of when their file is loaded: 30 ms of 85 that the registry's client takes to load. */
export function putOff(): Plugin {
  return {
    name: "put-off",
    transform(code, id) {
      const [, names = []] = Object.entries(PUT_OFF).find(([file]) => id.endsWith(`/node_modules/${file}`)) ?? [];
      return names.reduce((text, name) => withoutConstant(text, name, id), code);
    },
  };
}

function withoutConstant(code: string, name: string, id: string): string {
  const [statement, pattern, value] = new RegExp(`^const (${name}|\\{ ${name} \\}) = (.+)$`, "m").exec(code) ?? [];
  if (statement === undefined) throw new Error(`${id} has no constant ${name} any more: see PUT_OFF`);
  return code.replace(statement, "").replaceAll(new RegExp(`\\b${name}\\b`, "g"), pattern === name ? `(${value})` : `(${value}).${name}`);
}

/**
 * Takes Node's modules as plain objects, so that only what is used of them is read. An ES import reads all that a module exports, getters included: of `node:crypto` all of
 * WebCrypto, of `node:http` a second HTTP client, 40 ms.
 */
export function plainBuiltins(): Plugin {
  const statement = /^import (?:\* as )?(?:([\w$]+)(?:, )?)?(\{.*\})? from "([^"]+)";$/gm;
  const constants = (whole: string, name: string | undefined, parts: string | undefined, module: string) => {
    if (!isBuiltin(module)) return whole;
    const targets = [name, parts?.replaceAll(" as ", ": ")].filter((target) => target !== undefined);
    return targets.map((target) => `const ${target} = globalThis.process.getBuiltinModule("${module}");`).join(" ");
  };
  return { name: "plain-builtins", renderChunk: (code) => code.replace(statement, constants) };
}
