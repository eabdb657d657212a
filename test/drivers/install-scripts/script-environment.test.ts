import { join } from "node:path";
import { expect, it } from "vitest";
import { scriptEnvironment } from "../../../src/drivers/install-scripts/script-environment.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

it("scripts get the proxies without a password, languages and compilers, and a home of their own", async () => {
  const scratch = await scratchDirectory();
  const passedOn = { PATH: "/bin", Lang: "C", LC_ALL: "C", CC: "cc", http_proxy: "http://proxy:3128", NO_PROXY: "*" };
  const kept = {
    HTTPS_PROXY: "http://me:secret@proxy:3128",
    HOME: "/home/me",
    LC_TOKEN_1: "x",
    GH_TOKEN: "x",
    MACHINE_X: "x",
    npm_config_x: "x",
    CI: "1",
  };
  const found = await scriptEnvironment({ env: { ...passedOn, ...kept }, scratch });
  expect(found).toEqual({
    ...passedOn,
    HOME: join(scratch, "home"),
    TMPDIR: join(scratch, "tmp"),
    NODE: process.execPath,
    npm_node_execpath: process.execPath,
  });
});
