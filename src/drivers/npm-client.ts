import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MachineError } from "../errors.js";
import { npmError } from "./npm-error.js";

/** Where the user's npm settings are looked for. */
export interface NpmClientOptions {
  /** Its HOME and `npm_config_*` variables count. */
  readonly env: NodeJS.ProcessEnv;
  /** The drivers' folder. A .npmrc in the current folder is not read: a checkout somebody entered must not choose the registry. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** A version of a package in a registry. */
export interface RegistryPackage {
  /** Its package.json as the registry tells it. */
  readonly manifest: unknown;
  /** The tarball's address. */
  readonly address: string;
  /** The tarball's hash as the registry tells it. */
  readonly integrity: string | undefined;
}

/** A download that was checked. */
export interface DownloadedTarball {
  /** The hash of what was downloaded. */
  readonly integrity: string;
}

/** Options of npm's libraries. */
type FlatOptions = Readonly<Record<string, unknown>>;

/** A failed connection is tried again soon, a few times: someone waits for the answer. npm's own 10 s and 60 s are for unattended installs. */
const RETRY = { retries: 2, factor: 2, minTimeout: 200, maxTimeout: 2000 };
/** Dependencies of a driver come from registries alone: whatever else one could name is neither pinned nor hashed by anybody. */
const DEPENDENCY_RULES = { allowGit: "none", allowRemote: "none", allowFile: "none", allowDirectory: "none" };

/**
 * npm's registries and installer, with the user's registries, proxies and tokens. The one file that imports npm's libraries, when first used: they take half a second to load.
 */
export class NpmClient {
  readonly #options: NpmClientOptions;
  #flat: Promise<FlatOptions> | undefined;

  constructor(options: NpmClientOptions) {
    this.#options = options;
  }

  /**
   * Finds a version in the registry that .npmrc names for the package.
   *
   * @param spec a package's name with `@` and a version, range or tag
   * @throws {MachineError} `SOURCE_NOT_FOUND`, `SOURCE_NEEDS_TOKEN`, `SOURCE_VERSION_NOT_FOUND`, `SOURCE_UNREACHABLE`, `SOURCE_ANSWER_INVALID`
   */
  async find(spec: string): Promise<RegistryPackage> {
    const manifest = await this.#run(spec, async (flat) => {
      const { default: pacote } = await import("pacote");
      return pacote.manifest(spec, { ...flat, fullMetadata: true, allowRegistry: "all" });
    });
    return { manifest, address: manifest._resolved, integrity: manifest._integrity };
  }

  /**
   * Downloads a tarball. With `integrity`, one that differs is refused.
   *
   * @param address an address that starts with `http:` or `https:`, or `file:`
   * @throws {MachineError} as {@link find}, and `SOURCE_INTEGRITY` for a download that isn't what the registry said
   */
  async download(address: string, file: string, integrity?: string): Promise<DownloadedTarball> {
    const result = await this.#run(address, async (flat) => {
      const { default: pacote } = await import("pacote");
      const options = {
        ...flat,
        allowRemote: "all",
        allowFile: "all",
        ...(integrity === undefined ? {} : { integrity, resolved: address }),
      };
      return pacote.tarball.file(address, file, options);
    });
    return { integrity: String(result.integrity) };
  }

  /**
   * Installs the dependencies of the package in `folder` into its `node_modules`, from registries alone. No scripts run; no peer or development dependencies come along.
   *
   * @throws {MachineError} `DRIVER_DEPENDENCY_REFUSED` for a dependency that isn't from a registry, and as {@link download}
   */
  async installDependencies(folder: string, source: string): Promise<void> {
    await this.#run(`the dependencies of ${source}`, async (flat) => {
      const { default: Arborist } = await import("@npmcli/arborist");
      const rules = { ignoreScripts: true, binLinks: false, save: false, packageLock: false, audit: false, legacyPeerDeps: true };
      const place = {
        path: folder,
        global: false,
        workspacesEnabled: false,
        dryRun: false,
        packageLockOnly: false,
        installLinks: false,
        offline: false,
      };
      const arborist = new Arborist({ ...flat, ...DEPENDENCY_RULES, ...rules, ...place, omit: ["dev", "peer"] } as ConstructorParameters<
        typeof Arborist
      >[0]);
      await arborist.reify({ omit: ["dev", "peer"], save: false } as Parameters<typeof arborist.reify>[0]);
      // It names the registry's addresses, and so would give the same tree another hash behind a mirror.
      await rm(join(folder, "node_modules", ".package-lock.json"), { force: true });
    });
  }

  async #run<T>(subject: string, action: (flat: FlatOptions) => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    this.#flat ??= this.#load();
    const flat = await this.#flat;
    try {
      return await untilAborted(action(flat), signal);
    } catch (error) {
      throw error instanceof MachineError ? error : npmError(error, subject);
    }
  }

  async #load(): Promise<FlatOptions> {
    const { env, directory } = this.#options;
    const { default: Config } = await import("@npmcli/config");
    const { default: definitions } = await import("@npmcli/config/lib/definitions/index.js");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // The environment is a copy, since npm's reader writes npm_config_* variables into it.
    const config = new Config({ ...definitions, npmPath: directory, env: { ...env }, argv: [], cwd: directory, warn: false });
    try {
      await config.load();
    } catch (error) {
      throw npmError(error, "npm's settings");
    }
    return { ...config.flat, retry: RETRY, progress: false, silent: true };
  }
}

/** npm's libraries take no signal: on abort the work is left alone, and ends with the process. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = () => new MachineError("OPERATION_ABORTED", "Interrupted while fetching a driver.");
  if (signal.aborted) throw aborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(aborted());
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
