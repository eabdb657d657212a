// Writes oclif.manifest.json: with it, oclif loads the one command that is run instead of all of them.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Plugin, settings } from "@oclif/core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
settings.enableAutoTranspile = false;
const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
await plugin.load();
writeFileSync(join(root, "oclif.manifest.json"), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
