import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ConformanceTest } from "./fixture.js";

const LIMIT_MS = 20_000;
const REPORT_FD = 3;

/** What an import must not begin, by the names of `node:async_hooks`. Reading files is how modules are loaded. */
const WORK = [
  "Timeout",
  "TCPWRAP",
  "TCPSERVERWRAP",
  "TLSWRAP",
  "UDPWRAP",
  "PIPEWRAP",
  "PIPESERVERWRAP",
  "PROCESSWRAP",
  "WORKER",
  "GETADDRINFOREQWRAP",
  "HTTPCLIENTREQUEST",
  "HTTP2SESSION",
  "FSEVENTWRAP",
  "STATWATCHER",
  "SIGNALWRAP",
];

/** Runs in the child, where the permission model refuses to write files and to start processes. */
const PROBE = `
import { createHook } from "node:async_hooks";
import { writeSync } from "node:fs";
const [url, ...watched] = process.argv.slice(1);
const before = process.getActiveResourcesInfo();
const began = new Set();
const hook = createHook({ init(id, type) { if (watched.includes(type)) began.add(type); } });
hook.enable();
const module = await import(url);
hook.disable();
const kept = process.getActiveResourcesInfo().filter((type) => !before.includes(type));
const definition = module.default;
const branded = definition !== null && typeof definition === "object" && Symbol.for("docker-machine.DriverDefinition") in definition;
writeSync(${REPORT_FD}, JSON.stringify({ began: [...began], kept, name: branded ? definition.name : null }));
process.exit(0);
`;

/** Importing a driver's module must be free of effects, since it happens before the user has agreed to anything but its list of options. */
export function importTest(driverName: string, moduleUrl: string | URL): ConformanceTest {
  return {
    name: "importing the driver's module does no work",
    run: async () => {
      const { exitCode, printed, report } = await importInChild(String(moduleUrl));
      assert.equal(printed, "", `importing ${moduleUrl} printed something, or failed`);
      assert.equal(exitCode, 0, `the exit code of a process that only imports ${moduleUrl}`);
      assert.deepEqual(
        JSON.parse(report),
        { began: [], kept: [], name: driverName },
        "what importing the module began and kept, and its default export",
      );
    },
  };
}

interface ImportResult {
  readonly exitCode: number | null;
  readonly printed: string;
  readonly report: string;
}

async function importInChild(url: string): Promise<ImportResult> {
  const node = ["--permission", "--allow-fs-read=*", "--allow-addons", "--input-type=module", "--eval", PROBE, "--", url, ...WORK];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "pipe", "pipe"], env: environment() });
  const output: Record<number, string> = { 1: "", 2: "", [REPORT_FD]: "" };
  for (const fd of [1, 2, REPORT_FD]) {
    child.stdio[fd]?.on("data", (chunk: Buffer) => {
      output[fd] += chunk.toString("utf8");
    });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, LIMIT_MS);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  assert.equal(late, false, `a process that only imports ${url} did not end by itself within ${LIMIT_MS} ms`);
  return { exitCode, printed: `${output[1]}${output[2]}`, report: output[REPORT_FD] ?? "" };
}

/** The test runner's own NODE_OPTIONS must not reach the child: they may load modules, or warn. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return { ...rest, NODE_NO_WARNINGS: "1" };
}
