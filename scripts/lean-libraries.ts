import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

/** Constants of npm's libraries that load much for what is seldom needed: a check of attestations, patterns of file names, copies of folders, proxies; TLS, where a registry is without. */
const PUT_OFF: Readonly<Record<string, readonly string[]>> = {
  "pacote/lib/registry.js": ["sigstore"],
  "cacache/lib/util/glob.js": ["glob"],
  "@npmcli/fs/lib/cp/index.js": ["useNative", "node", "polyfill"],
  "@npmcli/agent/lib/proxy.js": ["SOCKS_PROTOCOLS", "SocksProxyAgent", "HttpProxyAgent", "HttpsProxyAgent"],
  "@npmcli/agent/lib/agents.js": ["tls"],
  "http-proxy-agent/dist/index.js": ["tls"],
  "https-proxy-agent/dist/index.js": ["tls"],
  "socks-proxy-agent/dist/index.js": ["tls"],
  "minipass-fetch/lib/index.js": ["https"],
  "agent-base/dist/helpers.js": ["https"],
  "agent-base/dist/index.js": ["HttpsAgent"],
};

/** Works such constants out where they are used, instead of when their file is loaded: half of the time that the registries' client took to load. */
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
  const assigned = new RegExp(`^const (?:${name}|(\\{ ${name} \\})) = (.+)$`, "m").exec(code);
  const imported = new RegExp(`^import (?:\\* as ${name}|\\{ (\\w+) as ${name} \\}) from '(\\w+)';$`, "m").exec(code);
  const [statement, part, value = ""] = assigned ?? imported ?? [];
  if (statement === undefined) throw new Error(`${id} has no constant ${name} any more: see PUT_OFF`);
  const module = assigned === null ? value : /^require\('(\w+)'\)$/.exec(value)?.[1];
  // rolldown would hoist a `require` of Node's modules.
  const whole = module !== undefined && isBuiltin(module) ? `globalThis.process.getBuiltinModule("${module}")` : `(${value})`;
  const member = part === undefined ? "" : `.${assigned === null ? part : name}`;
  const use = new RegExp(`(?<![\\w$.'"/\`])${name}(?![\\w$'":])`, "g");
  return code.replace(statement, "").replaceAll(use, () => `${whole}${member}`);
}

/**
 * What libraries bring and what nothing here ever asks them for. Whoever is named goes without it.
 * Tables of all the world's encodings are half a megabyte, for texts, and registries send JSON; npm's settings are read without workspaces; its cache is not searched by patterns.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  "iconv-lite": ["minipass-fetch/lib/body.js"],
  "@npmcli/map-workspaces": ["@npmcli/config/lib/index.js"],
  glob: ["cacache/lib/util/glob.js"],
};
const LEFT_OUT_PREFIX = "\0left-out:";

/** Leaves out what {@link LEFT_OUT} names. */
export function leaveOut(): Plugin {
  const isOptional = (source: string, importer: string | undefined) =>
    Object.hasOwn(LEFT_OUT, source) && LEFT_OUT[source]?.some((file) => importer?.endsWith(`/node_modules/${file}`)) === true;
  return {
    name: "leave-out",
    resolveId: (source, importer) => (isOptional(source, importer) ? `${LEFT_OUT_PREFIX}${source}` : null),
    load: (id) => (id.startsWith(LEFT_OUT_PREFIX) ? "module.exports = {};" : null),
  };
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
