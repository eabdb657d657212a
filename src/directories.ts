import { homedir } from "node:os";
import { join, win32 } from "node:path";

const PROGRAM = "docker-machine";

/** What {@link directories} looks at. */
export interface DirectoryOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/** Where the program keeps what is not a machine. */
export interface Directories {
  /** The folder of `settings.json`. `$DOCKER_MACHINE_CONFIG_DIR`, or `docker-machine` in `$XDG_CONFIG_HOME`, `%LOCALAPPDATA%` or `~/.config`. */
  readonly config: string;
  /** The folder of what can be made again. `$DOCKER_MACHINE_CACHE_DIR`, or `docker-machine` in `~/Library/Caches` on macOS, `$XDG_CACHE_HOME`, `%LOCALAPPDATA%` or `~/.cache`. */
  readonly cache: string;
  /** The folder of installed drivers. `$DOCKER_MACHINE_DATA_DIR`, or `docker-machine` in `$XDG_DATA_HOME`, `%LOCALAPPDATA%` or `~/.local/share`. */
  readonly data: string;
}

/** The folders that oclif's Config has as well (config.ts, `cacheDir`, `configDir` and `dataDir`), found without loading oclif. */
export function directories({ env, platform }: DirectoryOptions): Directories {
  const local = platform === "win32" ? env.LOCALAPPDATA : undefined;
  const home = env.HOME || homedir();
  const cache = platform === "darwin" ? join(home, "Library", "Caches") : env.XDG_CACHE_HOME || local || join(home, ".cache");
  return {
    cache: env.DOCKER_MACHINE_CACHE_DIR || join(cache, PROGRAM),
    config: env.DOCKER_MACHINE_CONFIG_DIR || join(env.XDG_CONFIG_HOME || local || join(home, ".config"), PROGRAM),
    data: env.DOCKER_MACHINE_DATA_DIR || join(env.XDG_DATA_HOME || local || join(home, ".local", "share"), PROGRAM),
  };
}

/**
 * The folders of what an administrator sets for everybody, such as `policy.json`: `/etc/docker-machine`, `/Library/Application Support/docker-machine` on macOS, `docker-machine` in `C:\ProgramData` on Windows.
 * No variable moves them, since what is set there must hold for whoever can set variables. `%ProgramData%` only adds a folder, for a Windows on another drive.
 */
export function systemDirectories({ env, platform }: DirectoryOptions): readonly string[] {
  if (platform === "darwin") return [`/Library/Application Support/${PROGRAM}`];
  if (platform !== "win32") return [`/etc/${PROGRAM}`];
  const standard = "C:\\ProgramData";
  const { ProgramData: named = "" } = env;
  const isOther = win32.isAbsolute(named) && win32.relative(standard, named) !== "";
  return [standard, ...(isOther ? [named] : [])].map((folder) => win32.join(folder, PROGRAM));
}
