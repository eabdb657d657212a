import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import cacache from "cacache";
import npa from "npm-package-arg";
import pickManifest from "npm-pick-manifest";
import fetch from "npm-registry-fetch";
import ssri from "ssri";
import { hasCode } from "../../errors.js";
import type { NpmSettings } from "./npm-settings.js";

/** A version of a package in a registry. */
export interface RegistryPackage {
  /** The registry's address. */
  readonly registry: string;
  /** What the registry tells of the package as a whole. The short form has few fields. */
  readonly listing: Readonly<Record<string, unknown>>;
  /** Its package.json as the registry tells it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The tarball's address. */
  readonly address: string;
  /** The tarball's hash as the registry tells it. */
  readonly integrity: string | undefined;
  /** The package.json of the newest version, where another one was chosen because it fits. */
  readonly passedOver?: Readonly<Record<string, unknown>>;
}

/** Whether a version's package.json fits. */
export type Fits = (manifest: unknown) => boolean;

interface FindOptions {
  readonly metadata: Metadata;
  /** Default: all do. */
  readonly fits?: Fits;
}

/** Just one version of a package, by its tarball's hash. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** How much of the versions' package.json a registry shall tell. The short form has what an installer needs, and few fields besides. */
export type Metadata = "full" | "short";

/** What a registry tells of a package: all its versions. */
type Packument = Parameters<typeof pickManifest>[0];
type Manifest = ReturnType<typeof pickManifest>;

const ACCEPT = { full: "application/json", short: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*" };

const REGISTRY_TYPES = ["version", "range", "tag"];
/** How make-fetch-happen, which keeps npm's cache, calls the answer of an address. */
const CACHE_KEY = "make-fetch-happen:request-cache:";
const REUSE_HEADERS = ["cache-control", "expires", "etag", "last-modified", "pragma"];

/** The registries that the user's npm settings name, through npm's own cache. Errors are those of npm's libraries, with their codes. */
export class NpmRegistry {
  readonly #settings: NpmSettings;
  readonly #packuments = new Map<string, Promise<Packument>>();

  constructor(settings: NpmSettings) {
    this.#settings = settings;
  }

  /** Finds the version that npm would install for a package's name and a version, range or tag; for a range or tag, the newest one that fits, if any does. */
  async find(name: string, wanted: string, { metadata, fits = () => true }: FindOptions): Promise<RegistryPackage> {
    const spec = registrySpec(name, wanted);
    if (spec === undefined) throw Object.assign(new Error(`${wanted} is not a version, range or tag`), { code: "EINVALIDTAGNAME" });
    const packument = await this.#packument(spec, metadata).catch((error: unknown) => {
      throw naming(error, `what the registry tells of the package ${name}`);
    });
    const newest = pickManifest(packument, spec.fetchSpec ?? "", this.#settings);
    const isChoice = spec.type !== "version" && !fits(newest);
    const manifest = isChoice ? (this.#newestFitting(packument, { spec, newest, fits }) ?? newest) : newest;
    const { tarball, integrity, shasum } = manifest.dist ?? {};
    if (typeof tarball !== "string") throw new Error(`the registry tells no tarball of ${name} ${manifest.version}`);
    return {
      registry: this.#registryOf(spec),
      listing: { ...packument },
      manifest,
      address: this.addressHere(tarball),
      integrity: integrityOf(integrity, shasum),
      ...(manifest === newest ? {} : { passedOver: newest }),
    };
  }

  #newestFitting(packument: Packument, { spec, newest, fits }: { spec: npa.Result; newest: Manifest; fits: Fits }): Manifest | undefined {
    const versions = Object.fromEntries(Object.entries(packument.versions).filter(([, manifest]) => fits(manifest)));
    // What is tagged newer than `latest` is not meant for everybody.
    const range = spec.type === "tag" ? `<${newest.version}` : (spec.fetchSpec ?? "");
    try {
      return pickManifest({ ...packument, versions, "dist-tags": {} }, range, this.#settings);
    } catch (error) {
      if (hasCode(error, "ETARGET") || hasCode(error, "ENOVERSIONS")) return undefined;
      throw error;
    }
  }

  /** Asks an address for JSON. A token goes only to the registry that it is for. */
  async askJson(address: string): Promise<unknown> {
    return fetch.json(address, this.#settings);
  }

  /** The address at the user's registry for one that may be that of npm's own. */
  addressHere(address: string): string {
    return addressIn(this.#settings, address);
  }

  #registryOf(spec: npa.Result): string {
    return fetch.pickRegistry(spec.name ?? "", this.#settings).replace(/\/+$/, "");
  }

  /** Asks the user's registry for packages, best first: what its search endpoint answers, as it is. */
  async search(text: string, size: number): Promise<unknown> {
    return fetch.json("/-/v1/search", { ...this.#settings, query: { text, size } });
  }

  /** Asks for packages that {@link find} will be called for, in the short form. */
  expect(dependencies: Readonly<Record<string, unknown>>): void {
    for (const [name, wanted] of Object.entries(dependencies)) {
      const spec = registrySpec(name, String(wanted));
      // A failure is told by `find`.
      if (spec !== undefined) this.#packument(spec, "short").catch(() => undefined);
    }
  }

  /** Brings a tarball: from npm's cache if it has one of that hash, else from its address. With `integrity`, one that differs is refused. */
  async download(address: string, file: string, integrity: string | undefined): Promise<void> {
    if (integrity !== undefined && (await this.#copyCached(integrity, file))) return;
    try {
      await this.#fetch(address, file, integrity);
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.#fetch(address, file, integrity);
    }
  }

  /** Brings just one version's tarball by its hash: from npm's cache if it is there, else from where the registry says that version is. */
  async downloadVersion({ name, version, integrity }: PinnedPackage, file: string): Promise<void> {
    if (await this.#copyCached(integrity, file)) return;
    try {
      const { address } = await this.find(name, version, { metadata: "short" });
      await this.download(address, file, integrity);
    } catch (error) {
      throw naming(error, `the package ${name}@${version}`);
    }
  }

  async #copyCached(integrity: string, file: string): Promise<boolean> {
    const { cache } = this.#settings;
    try {
      await writeFile(file, await cacache.get.byDigest(cache, integrity));
      return true;
    } catch (error) {
      if (isDamage(error)) await cacache.rm.content(cache, integrity);
      else if (!hasCode(error, "ENOENT")) throw error;
      return false;
    }
  }

  async #fetch(address: string, file: string, integrity: string | undefined): Promise<void> {
    const { body } = await fetch(address, { ...this.#settings, ...(integrity === undefined ? {} : { integrity }) });
    await pipeline(body, createWriteStream(file));
  }

  #packument(spec: npa.Result, metadata: Metadata): Promise<Packument> {
    // The short form has no times of publication, which a setting may ask for.
    const form = this.#settings.before ? "full" : metadata;
    const address = `${this.#registryOf(spec)}/${spec.escapedName}`;
    const key = `${form} ${address}`;
    const known = this.#packuments.get(key);
    if (known !== undefined) return known;
    const answer = this.#ask(address, spec, form);
    this.#packuments.set(key, answer);
    return answer;
  }

  async #ask(address: string, spec: npa.Result, form: Metadata): Promise<Packument> {
    const options = { ...this.#settings, spec, headers: { accept: ACCEPT[form] } };
    const kept = await this.#keptInVain(address);
    if (kept === undefined) return asPackument(await fetch.json(address, options));
    const text = await (await fetch(address, { ...options, cache: undefined })).text();
    const packument = asPackument(JSON.parse(text));
    await this.#keepChanged(kept, text);
    return packument;
  }

  /**
   * What npm's cache keeps of an answer whose registry says neither how long it holds nor how to ask whether it still does. Then all is sent each time, and keeping it takes longer than asking.
   */
  async #keptInVain(address: string): Promise<cacache.CacheObject | undefined> {
    const { cache, offline, preferOffline } = this.#settings;
    if (offline === true || preferOffline === true) return undefined;
    const kept = await cacache.get.info(cache, `${CACHE_KEY}${address}`).catch(() => undefined);
    const headers: unknown = kept?.metadata?.resHeaders;
    const isVain = typeof headers === "object" && headers !== null && !REUSE_HEADERS.some((name) => name in headers);
    return isVain ? (kept ?? undefined) : undefined;
  }

  /** Offline, the last answer must be there, not the first. */
  async #keepChanged({ key, integrity, metadata }: cacache.CacheObject, text: string): Promise<void> {
    if (ssri.checkData(text, integrity) !== false) return;
    await cacache.put(this.#settings.cache, key, text, { metadata: { ...metadata, time: Date.now() } });
  }
}

/**
 * What a dependency's name and version, range or tag ask of a registry; undefined if it comes from somewhere else, or under another name.
 *
 * @throws an error with the code `EINVALIDPACKAGENAME` or `EINVALIDTAGNAME`
 */
export function registrySpec(name: string, wanted: string): npa.Result | undefined {
  const spec = npa.resolve(name, wanted);
  return REGISTRY_TYPES.includes(spec.type) ? spec : undefined;
}

/** A mirror may pass on the addresses of npm's own registry, which then stand for the user's (npm's setting `replace-registry-host`). */
function addressIn(settings: NpmSettings, address: string): string {
  const { registry, publicRegistry, replaceRegistryHost = "npmjs" } = settings;
  const replaced = replaceRegistryHost === "npmjs" ? publicRegistry : String(replaceRegistryHost);
  const prefix = URL.canParse(replaced) ? new URL(replaced) : { hostname: replaced, pathname: "" };
  const [told, own] = [new URL(address), new URL(registry)];
  const [prefixPath, ownPath] = [withoutSlash(prefix.pathname), withoutSlash(own.pathname)];
  const isReplaced = (replaced === "always" || told.hostname === prefix.hostname) && isUnder(told.pathname, prefixPath);
  if (!isReplaced) return address;
  const path =
    prefixPath === "" && isUnder(told.pathname, ownPath) ? told.pathname.slice(ownPath.length) : told.pathname.slice(prefixPath.length);
  return Object.assign(told, { protocol: own.protocol, host: own.host, port: own.port, pathname: ownPath + path }).href;
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, "");
}

function asPackument(answer: unknown): Packument {
  if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer as Packument;
  throw new Error("what the registry tells is not a package");
}

function integrityOf(integrity: unknown, shasum: unknown): string | undefined {
  if (typeof integrity === "string" && integrity !== "") return String(ssri.parse(integrity)) || undefined;
  return typeof shasum === "string" && shasum !== "" ? String(ssri.fromHex(shasum, "sha1")) : undefined;
}

/** Says what a cache lacks, where npm's libraries say its address. */
function naming(error: unknown, missing: string): unknown {
  return hasCode(error, "ENOTCACHED") ? Object.assign(error as Error, { missing }) : error;
}

/** Another answer may be whole. */
function isDamage(error: unknown): boolean {
  return hasCode(error, "EINTEGRITY") || hasCode(error, "EBADSIZE") || hasCode(error, "Z_DATA_ERROR");
}
