import { join } from "node:path";
import { expect, it } from "vitest";
import { describeUnrun, findInstallScripts, showScript } from "../../../src/drivers/install-scripts/find-scripts.js";
import { writeFiles } from "../../support/driver-package.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

const manifest = (name: string, fields: object = {}) => JSON.stringify({ name, version: "1.0.0", ...fields });

it("finds scripts of all packages in npm's order, and add-ons that npm would build", async () => {
  const root = await scratchDirectory();
  await writeFiles(root, {
    "package.json": manifest("root", {
      scripts: { postinstall: "root" },
      optionalDependencies: { addon: "1" },
      dependencies: { "@s/b": "1", addon: "1" },
    }),
    "node_modules/@s/b/package.json": manifest("@s/b", { scripts: { install: "b\nrm -rf \u001b[2J", test: "no" } }),
    "node_modules/@s/b/node_modules/deep/package.json": manifest("deep", { scripts: { install: "deep", preinstall: " " } }),
    "node_modules/addon/package.json": manifest("addon"),
    "node_modules/addon/binding.gyp": "{}",
    "node_modules/own/package.json": manifest("own", { scripts: { preinstall: "own" } }),
    "node_modules/own/binding.gyp": "{}",
    "node_modules/off/package.json": manifest("off", { gypfile: false }),
    "node_modules/off/binding.gyp": "{}",
    "node_modules/damaged/package.json": "{",
    "node_modules/odd/package.json": manifest("odd", { scripts: ["install"] }),
    "node_modules/.bin/tool": "",
  });
  const scripts = await findInstallScripts(root);
  expect(scripts.map(showScript)).toEqual([
    "own@1.0.0: preinstall: own",
    "@s/b@1.0.0: install: b\\u{a}rm -rf \\u{1b}[2J",
    "addon@1.0.0: install: node-gyp rebuild",
    "deep@1.0.0: install: deep",
    "root@1.0.0: postinstall: root",
  ]);
  expect(scripts.filter(({ isOptional }) => isOptional).map(({ folder }) => folder)).toEqual([join(root, "node_modules", "addon")]);
  expect(describeUnrun(scripts, "npm:root")).toMatch(
    /^Install scripts were not run: those of own@1\.0\.0, @s\/b@1\.0\.0, .* --allow-scripts npm:root$/,
  );
  expect(describeUnrun([], "npm:root")).toBeUndefined();
});
