#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0]);
if (major < 22) {
  process.stderr.write(`docker-machine needs Node.js 22.22.2 or newer, but this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  const cache = cacheDirectory(process.env);
  // Imported with `import`, the module's exports would all be read first, which takes longer than the cache saves.
  if (cache !== undefined) process.getBuiltinModule("node:module").enableCompileCache(`${cache}/compiled`);
  const { main } = await import("../dist/main.js");
  await main(process.argv.slice(2));
}

/** As in src/directories.ts, which is compiled itself. Node's own choice is the shared folder for temporary files, where another user could lay compiled code for us to run. */
function cacheDirectory(env) {
  if (env.DOCKER_MACHINE_CACHE_DIR) return env.DOCKER_MACHINE_CACHE_DIR;
  if (process.platform === "win32") return env.LOCALAPPDATA && `${env.LOCALAPPDATA}/docker-machine`;
  if (process.platform !== "darwin" && env.XDG_CACHE_HOME) return `${env.XDG_CACHE_HOME}/docker-machine`;
  const folder = process.platform === "darwin" ? "Library/Caches" : ".cache";
  return env.HOME ? `${env.HOME}/${folder}/docker-machine` : undefined;
}
