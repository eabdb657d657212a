import type { Plugin } from "rolldown";

/** What is left out of the functions: what they pass on, and `require`, which the chunk may not use. */
const LEFT_OUT = /^(?:export \{.*\}|const \{ createRequire \} = .*|var __require = .*);$/gm;

/**
 * Puts rolldown's few functions into a chunk that else would import them from a file beside it: a second file takes Node half a millisecond. Other chunks still have the file.
 *
 * @param name the chunk's
 */
export function inlineRuntime(name: string): Plugin {
  return {
    name: "inline-runtime",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const target = chunks.find((chunk) => chunk.name === name);
      const imported = target?.code.match(/^import \{((?: \w+ as __(?!require)\w+,?)+) \} from "[^"]*\/(rolldown-runtime-[^"]*)";$/m);
      // Packages of this repository are bundles, too, and have brought theirs.
      const runtime = chunks.find((chunk) => imported?.[2] !== undefined && chunk.fileName.endsWith(`/${imported[2]}`));
      const missing = [...(imported?.[1]?.matchAll(/__\w+/g) ?? [])].filter(([word]) => runtime?.code.includes(`${word} =`) !== true);
      if (runtime === undefined || target === undefined || imported == null || missing.length > 0) {
        throw new Error(`${name} does not import rolldown's functions as it did: see inlineRuntime`);
      }
      target.code = target.code.replace(imported[0], () => runtime.code.replaceAll(LEFT_OUT, "").trim());
    },
  };
}
