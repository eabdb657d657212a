import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { CandidateFacts } from "../candidate.js";
import { hasProofs, publishedFacts } from "../signatures/published-facts.js";
import type { TrustSource } from "../signatures/trust-anchors.js";
import type { DependencyPins } from "./dependency-pins.js";
import { npmError } from "./npm-error.js";
import type { Fits, NpmRegistry, RegistryPackage } from "./npm-registry.js";
import type { NpmSettings, NpmSettingsPlaces } from "./npm-settings.js";
import type { TreeRoot } from "./plain-tree.js";

/** What an {@link NpmClient} works with. */
export interface NpmClientOptions extends NpmSettingsPlaces {
  readonly signal: AbortSignal;
  /** What signatures and provenance are checked by. Default: sigstore's public instance. */
  readonly trust?: TrustSource;
}

/** npm's registries and installer, with the user's registries, proxies and tokens. Its parts import npm's libraries, and are imported when first used. */
export class NpmClient {
  readonly #options: NpmClientOptions;
  #settings: Promise<NpmSettings> | undefined;
  #registry: Promise<NpmRegistry> | undefined;

  constructor(options: NpmClientOptions) {
    this.#options = options;
  }

  /**
   * Finds a version in the registry that .npmrc names for the package: for a range or tag the newest that fits, if any does.
   *
   * @param wanted a version, range or tag
   * @throws {MachineError} `SOURCE_NOT_FOUND`, `SOURCE_NEEDS_TOKEN`, `SOURCE_VERSION_NOT_FOUND`, `SOURCE_UNREACHABLE`, `SOURCE_ANSWER_INVALID`
   */
  async find(name: string, wanted: string, { fits }: { readonly fits: Fits }): Promise<RegistryPackage> {
    return this.#run(`${name}@${wanted}`, (registry) => registry.find(name, wanted, { metadata: "full", fits }));
  }

  /**
   * Tells what is known of a version beside its package.json, and checks the registry's signature and the provenance, if it has them.
   *
   * @param name the package's name, as it was asked for
   * @param onUnchecked as that of the check's context
   * @throws {MachineError} `SOURCE_SIGNATURE_INVALID`, `SOURCE_SIGNATURE_UNCHECKED`, `SOURCE_PROVENANCE_INVALID`, `SOURCE_PROVENANCE_UNCHECKED`
   */
  async facts(name: string, found: RegistryPackage, onUnchecked?: (problem: string) => void): Promise<CandidateFacts> {
    const { manifest, listing } = found;
    const published = publishedFacts(listing, manifest);
    if (!hasProofs(manifest)) return published;
    return this.#run(name, async (registry, settings) => {
      const { verifyRegistryFacts, SigstoreTrust } = await import("../signatures/verify-registry-facts.js");
      const { publicRegistry, cache, offline } = settings;
      const cachePath = join(cache, "_tuf");
      const trust = this.#options.trust ?? new SigstoreTrust({ cachePath, publicRegistry, isOffline: offline === true });
      const verified = await verifyRegistryFacts(
        { name, manifest, published },
        {
          registry: found.registry,
          publicRegistry,
          trust,
          ask: (address) => registry.askJson(address),
          addressHere: (address) => registry.addressHere(address),
          onUnchecked,
        },
      );
      return { ...published, ...verified };
    });
  }

  /**
   * Searches the user's registry.
   *
   * @param text words and qualifiers such as `keywords:docker-machine-driver`
   * @param size how many packages at most
   * @returns what the registry answers, unchecked
   * @throws {MachineError} as {@link find}
   */
  async search(text: string, size: number): Promise<unknown> {
    return this.#run("the registry's search", (registry) => registry.search(text, size));
  }

  /**
   * Downloads a tarball. With `integrity`, one that differs is refused.
   *
   * @param address an address that starts with `http:` or `https:`
   * @throws {MachineError} as {@link find}, and `SOURCE_INTEGRITY` for a download that isn't what the registry said
   */
  async download(address: string, file: string, integrity?: string): Promise<void> {
    await this.#run(address, (registry) => registry.download(address, file, integrity));
  }

  /** Asks registries already for what {@link installDependencies} will need to know, while something else is done. */
  expectDependencies(manifest: unknown): void {
    const { dependencies = {} } = manifest as { readonly dependencies?: Readonly<Record<string, unknown>> };
    if (Object.keys(dependencies).length === 0) return;
    // A failure is told when it matters.
    this.#run("", async (registry) => registry.expect(dependencies)).catch(() => undefined);
  }

  /**
   * Installs the dependencies of a package into its `node_modules`, from registries alone. No scripts run; no peer or development dependencies come along.
   *
   * @throws {MachineError} `DRIVER_DEPENDENCY_REFUSED` for a dependency that isn't from a registry, and as {@link download}
   */
  async installDependencies(root: TreeRoot, source: string): Promise<void> {
    await this.#run(`the dependencies of ${source}`, async (registry, settings) => {
      const { layPlainTree } = await import("./plain-tree.js");
      if (await layPlainTree(root, registry, settings)) return;
      const { layArboristTree } = await import("./arborist-tree.js");
      await layArboristTree(root, settings, registry);
    });
  }

  /**
   * Finds which packages {@link installDependencies} would install, on any platform.
   *
   * @throws {MachineError} as {@link installDependencies}
   */
  async findPins(root: TreeRoot, source: string): Promise<DependencyPins> {
    return this.#run(`the dependencies of ${source}`, async (_registry, settings) => {
      const { pinArboristTree } = await import("./arborist-tree.js");
      return pinArboristTree(root, settings);
    });
  }

  /**
   * Installs just these packages, whatever is newest, without scripts.
   *
   * @throws {MachineError} `DRIVER_PLATFORM_UNSUPPORTED`, and as {@link download}
   */
  async installPins(root: TreeRoot, pins: DependencyPins, source: string): Promise<void> {
    await this.#run(`the dependencies of ${source}`, async (registry) => {
      const { layPinnedTree } = await import("./pinned-tree.js");
      await layPinnedTree(root, pins, registry);
    });
  }

  async #run<T>(subject: string, action: (registry: NpmRegistry, settings: NpmSettings) => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    this.#settings ??= this.#loadSettings();
    this.#registry ??= this.#openRegistry(this.#settings);
    const [registry, settings] = await Promise.all([this.#registry, this.#settings]);
    try {
      return await untilAborted(action(registry, settings), signal);
    } catch (error) {
      throw error instanceof MachineError ? error : npmError(settings.agent.problem ?? error, subject);
    }
  }

  async #loadSettings(): Promise<NpmSettings> {
    const { loadNpmSettings } = await import("./npm-settings.js");
    return loadNpmSettings(this.#options);
  }

  async #openRegistry(settings: Promise<NpmSettings>): Promise<NpmRegistry> {
    const { NpmRegistry } = await import("./npm-registry.js");
    return new NpmRegistry(await settings);
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
