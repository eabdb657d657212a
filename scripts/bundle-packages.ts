// Puts each package into one file, after tsc has compiled it: every command loads the SDK and a driver, and each file costs half a millisecond.
// The SDK stays apart from the drivers, so that all that are installed share one (docs/decisions/0004).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { hotChunk } from "./hot-chunk.ts";

/** What newer versions know, such as `using`, is written for the oldest that package.json promises. */
export const OLDEST_NODE = "node22";

/** Replaces the compiled entries of a package by bundled ones. The declarations stay as tsc wrote them. */
export async function bundlePackage(folder: string): Promise<void> {
  const [index, testing] = ["index.ts", "testing/index.ts"].map((name) => join(folder, "src", name)) as [string, string];
  // What the testing entry shares with the other is loaded from there: a class must be the same in both.
  const shared = hotChunk([index], () => false);
  const bundle = await rolldown({
    input: { index, ...(existsSync(testing) ? { "testing/index": testing } : {}) },
    platform: "node",
    transform: { target: OLDEST_NODE },
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    resolve: { extensionAlias: { ".js": [".ts"] } },
    preserveEntrySignatures: "allow-extension",
    plugins: [shared.plugin],
  });
  await bundle.write({
    dir: join(folder, "dist"),
    format: "esm",
    sourcemap: true,
    chunkFileNames: "[name].js",
    codeSplitting: { groups: [shared.group], includeDependenciesRecursively: false },
  });
}
