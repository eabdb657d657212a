import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import cacache from "cacache";
import npa from "npm-package-arg";
import pickManifest from "npm-pick-manifest";
import fetch from "npm-registry-fetch";
import ssri from "ssri";
import { hasCode } from "../errors.js";
import type { NpmSettings } from "./npm-settings.js";

/** A version of a package in a registry. */
export interface RegistryPackage {
  /** Its package.json as the registry tells it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The tarball's address. */
  readonly address: string;
  /** The tarball's hash as the registry tells it. */
  readonly integrity: string | undefined;
}

/** How much of the versions' package.json a registry shall tell. The short form has what an installer needs, and few fields besides. */
export type Metadata = "full" | "short";

/** What a registry tells of a package: all its versions. */
type Packument = Parameters<typeof pickManifest>[0];

const ACCEPT = { full: "application/json", short: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*" };

/** The registries that the user's npm settings name, through npm's own cache. Errors are those of npm's libraries, with their codes. */
export class NpmRegistry {
  readonly #settings: NpmSettings;
  readonly #packuments = new Map<string, Promise<Packument>>();

  constructor(settings: NpmSettings) {
    this.#settings = settings;
  }

  /** Finds the version that npm would install for a package's name and a version, range or tag. */
  async find(name: string, wanted: string, metadata: Metadata): Promise<RegistryPackage> {
    const spec = npa.resolve(name, wanted);
    if (!spec.registry) throw Object.assign(new Error(`${wanted} is not a version, range or tag`), { code: "EINVALIDTAGNAME" });
    const manifest = pickManifest(await this.#packument(spec, metadata), spec.fetchSpec ?? "", this.#settings);
    const { tarball, integrity, shasum } = manifest.dist ?? {};
    if (typeof tarball !== "string") throw new Error(`the registry tells no tarball of ${name} ${manifest.version}`);
    return { manifest, address: addressIn(this.#settings, tarball), integrity: integrityOf(integrity, shasum) };
  }

  /** Asks the registry for packages that {@link find} will be called for. */
  expect(names: readonly string[], metadata: Metadata): void {
    // A failure is told by `find`.
    for (const name of names) this.#packument(npa(name), metadata).catch(() => undefined);
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

  async #copyCached(integrity: string, file: string): Promise<boolean> {
    const { cache } = this.#settings;
    try {
      await pipeline(cacache.get.stream.byDigest(cache, integrity), createWriteStream(file));
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
    const registry = fetch.pickRegistry(spec.name ?? "", this.#settings).replace(/\/+$/, "");
    const address = `${registry}/${spec.escapedName}`;
    const key = `${form} ${address}`;
    const known = this.#packuments.get(key);
    if (known !== undefined) return known;
    const answer = this.#ask(address, spec, form);
    this.#packuments.set(key, answer);
    return answer;
  }

  async #ask(address: string, spec: npa.Result, form: Metadata): Promise<Packument> {
    const answer: unknown = await fetch.json(address, { ...this.#settings, spec, headers: { accept: ACCEPT[form] } });
    return answer as Packument;
  }
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

function integrityOf(integrity: unknown, shasum: unknown): string | undefined {
  if (typeof integrity === "string" && integrity !== "") return String(ssri.parse(integrity)) || undefined;
  return typeof shasum === "string" && shasum !== "" ? String(ssri.fromHex(shasum, "sha1")) : undefined;
}

/** Another answer may be whole. */
function isDamage(error: unknown): boolean {
  return hasCode(error, "EINTEGRITY") || hasCode(error, "EBADSIZE") || hasCode(error, "Z_DATA_ERROR");
}
