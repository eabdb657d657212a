// Preloaded into the program (node --import): kills it with SIGKILL right before the n-th change that it makes to a file system, n being $KILL_AT_CHANGE.
// $CHANGES_FILE, if set, gets how many there were in a run that was not killed.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const killAt = Number(process.env.KILL_AT_CHANGE ?? Number.POSITIVE_INFINITY);
const countFile = process.env.CHANGES_FILE;
const { writeFileSync } = fs;
const outside = /^\/(?:dev|proc)\//;
let changes = 0;

function count() {
  changes += 1;
  if (changes !== killAt) return;
  process.kill(process.pid, "SIGKILL");
  // Not a step further until the signal is there.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function isForReading(flags) {
  if (typeof flags === "number") return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) === 0;
  return flags === undefined || flags === "r";
}

function counted(object, name, isRead = () => false) {
  const original = object[name];
  object[name] = function (...args) {
    if (!outside.test(String(args[0])) && !isRead(args)) count();
    return original.apply(this, args);
  };
}

for (const name of [
  "mkdir",
  "rename",
  "rm",
  "rmdir",
  "unlink",
  "writeFile",
  "appendFile",
  "copyFile",
  "link",
  "symlink",
  "chmod",
  "truncate",
  "utimes",
]) {
  counted(fs.promises, name);
  counted(fs, `${name}Sync`);
}
counted(fs, "openSync", ([, flags]) => isForReading(flags));
counted(fs.promises, "open", ([, flags]) => isForReading(flags));
const openFile = fs.promises.open;
fs.promises.open = async (...args) => {
  const file = await openFile(...args);
  if (!isForReading(args[1])) for (const name of ["writeFile", "sync", "close"]) counted(file, name);
  return file;
};
syncBuiltinESMExports();
if (countFile !== undefined) process.on("exit", () => writeFileSync(countFile, String(changes)));
