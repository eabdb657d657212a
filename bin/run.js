#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0]);
if (major < 22) {
  process.stderr.write(`docker-machine needs Node.js 22.22.2 or newer, but this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  // Imported with `import`, the module's exports would all be read first, which takes longer than the cache saves.
  process.getBuiltinModule("node:module").enableCompileCache();
  const { main } = await import("../dist/main.js");
  await main(process.argv.slice(2));
}
