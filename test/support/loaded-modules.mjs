// node --import ./loaded-modules.mjs …: prints to stderr, as the last line, what was loaded: files, and modules of Node's own beyond those of an empty program.
const { registerHooks } = process.getBuiltinModule("node:module");
const { writeSync } = process.getBuiltinModule("node:fs");
const before = new Set(process.moduleLoadList);
const files = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) files.push(url);
    return next(url, context);
  },
});
process.on("exit", () => {
  const builtins = process.moduleLoadList
    .filter((name) => !before.has(name) && name.startsWith("NativeModule "))
    .map((name) => name.slice("NativeModule ".length));
  writeSync(2, `${JSON.stringify({ files, builtins })}\n`);
});
