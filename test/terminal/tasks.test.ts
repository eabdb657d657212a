import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { Tasks } from "../../src/terminal/tasks.js";
import { TerminalLog } from "../../src/terminal/terminal-log.js";

/** Tasks without a terminal, and the lines they print. */
function plainTasks() {
  const stdout = new PassThrough() as PassThrough & NodeJS.WriteStream;
  const tasks = new Tasks({ log: new TerminalLog({ info: stdout, stderr: stdout, debug: false }) });
  return {
    tasks,
    lines: () =>
      String(stdout.read() ?? "")
        .trim()
        .split("\n"),
  };
}

it("runs as many at once as it may, and all of them, in the order of the names", async () => {
  const { tasks } = plainTasks();
  let running = 0;
  let most = 0;
  const results = await tasks.run(
    ["a", "b", "c", "d", "e"],
    async (name) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      if (name === "b" || name === "d") throw new Error(name);
    },
    { parallel: 2 },
  );
  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
});

it("begins the lines of several with their names, unless they have them already", async () => {
  const { tasks, lines } = plainTasks();
  await tasks.run(["dev", "web"], async (name, { log }) => {
    log.info(`Starting "${name}"...`);
    log.info(`(${name}) Booting`);
    log.warn("Slow");
  });
  expect(lines().sort()).toEqual(["(dev) Booting", "(dev) Slow", "(web) Booting", "(web) Slow", 'Starting "dev"...', 'Starting "web"...']);
});

it("leaves the lines of a single one as they are", async () => {
  const { tasks, lines } = plainTasks();
  await tasks.run(["dev"], async (_name, { log }) => log.info("Creating machine..."));
  expect(lines()).toEqual(["Creating machine..."]);
});
