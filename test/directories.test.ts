import { Config } from "@oclif/core";
import { afterEach, expect, it, vi } from "vitest";
import { directories, systemDirectories } from "../src/directories.js";

afterEach(() => void vi.unstubAllEnvs());

it.each([
  {},
  { XDG_CONFIG_HOME: "/x/config", XDG_DATA_HOME: "/x/data", XDG_CACHE_HOME: "/x/cache" },
  { DOCKER_MACHINE_CONFIG_DIR: "/y/config", DOCKER_MACHINE_DATA_DIR: "/y/data", DOCKER_MACHINE_CACHE_DIR: "/y/cache" },
])("with %j, the folders are those that oclif's plugins find", async (env) => {
  for (const [name, value] of Object.entries({
    HOME: "/home/somebody",
    XDG_CONFIG_HOME: "",
    XDG_DATA_HOME: "",
    XDG_CACHE_HOME: "",
    ...env,
  }))
    vi.stubEnv(name, value);
  const config = await Config.load(import.meta.dirname);
  const found = directories({ env: process.env, platform: process.platform });
  expect(found).toEqual({ cache: config.cacheDir, config: config.configDir, data: config.dataDir });
});

it("on Windows, they are in the user's local application data", () => {
  const found = directories({ env: { LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local", HOME: "C:\\Users\\me" }, platform: "win32" });
  expect(found.data).toContain("AppData");
});

it.each<[NodeJS.Platform, Record<string, string>, string[]]>([
  ["linux", { ProgramData: "/tmp", XDG_CONFIG_DIRS: "/tmp", HOME: "/tmp", DOCKER_MACHINE_CONFIG_DIR: "/tmp" }, ["/etc/docker-machine"]],
  ["darwin", { HOME: "/tmp" }, ["/Library/Application Support/docker-machine"]],
  ["win32", {}, ["C:\\ProgramData\\docker-machine"]],
  ["win32", { ProgramData: "C:\\programdata\\" }, ["C:\\ProgramData\\docker-machine"]],
  ["win32", { ProgramData: "D:\\ProgramData" }, ["C:\\ProgramData\\docker-machine", "D:\\ProgramData\\docker-machine"]],
])("on %s with %j, what an administrator sets is in %j: a variable takes nothing away", (platform, env, expected) => {
  expect(systemDirectories({ env, platform })).toEqual(expected);
});
