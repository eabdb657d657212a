#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0]);
if (major < 22) {
  process.stderr.write(`docker-machine needs Node.js 22.22.2 or newer, but this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  const cache = cacheDirectory(process.env);
  // A launcher of CommonJS: without it Node would first start its loader of ES modules, which takes longer than all that a quick command does.
  const { enableCompileCache } = require("node:module");
  if (cache !== undefined) enableCompileCache(`${cache}/compiled`);
  require("../dist/main.js").main(process.argv.slice(2));
}

/** As in src/directories.ts, which is compiled itself. Node's own choice is the shared folder for temporary files, where another user could lay compiled code for us to run. */
function cacheDirectory(env) {
  if (env.DOCKER_MACHINE_CACHE_DIR) return env.DOCKER_MACHINE_CACHE_DIR;
  if (process.platform === "win32") return env.LOCALAPPDATA && `${env.LOCALAPPDATA}/docker-machine`;
  if (process.platform !== "darwin" && env.XDG_CACHE_HOME) return `${env.XDG_CACHE_HOME}/docker-machine`;
  const folder = process.platform === "darwin" ? "Library/Caches" : ".cache";
  return env.HOME ? `${env.HOME}/${folder}/docker-machine` : undefined;
}
