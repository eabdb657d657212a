import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type PackageFiles, packPackage } from "./driver-package.js";

/** What goes wrong at a {@link PackageRegistry}. */
export type RegistryFault = "cut" | "html" | "wrong-content";

interface PublishedVersion {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly tarball: Buffer;
}

/** What a registry says of a tarball. */
export interface PublishedTarball {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** One request that came. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A small npm registry on the loopback address: packuments and tarballs, with a token and faults if wanted. */
export class PackageRegistry {
  readonly requests: SeenRequest[] = [];
  /** The bearer token without which nothing is given. */
  token: string | undefined;
  /** What goes wrong with tarballs. */
  fault: RegistryFault | undefined;
  /** Headers of the answers about packages: by default there are none by which one could be used again. */
  headers: Readonly<Record<string, string>> = {};
  /** Where packages are said to be, if not here: an address that ends with `/`. */
  tarballBase: string | undefined;
  /** More fields of what is told of a tarball (`dist`): signatures, attestations. */
  distFields: (tarball: PublishedTarball) => object = () => ({});
  /** More fields of what is told of a package as a whole. */
  listingFields: object = {};
  /** How often each package was downloaded in a month, which its search tells. */
  readonly downloads = new Map<string, number>();
  /** Other documents by path, as JSON, or the status that is answered instead. */
  readonly documents = new Map<string, object | string | number>();
  readonly #packages = new Map<string, Map<string, PublishedVersion>>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<PackageRegistry> {
    const registry = new PackageRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Publishes a package. The registry's manifest can be made to differ from the one inside. */
  publish(files: PackageFiles, told: Readonly<Record<string, unknown>> = {}): void {
    const manifest = { ...(JSON.parse(files["package.json"] ?? "{}") as { name: string; version: string }), ...told };
    const versions = this.#packages.get(manifest.name) ?? new Map<string, PublishedVersion>();
    this.#packages.set(manifest.name, versions.set(manifest.version, { manifest, tarball: packPackage(files) }));
  }

  /** Takes a version back. */
  unpublish(name: string, version: string): void {
    this.#packages.get(name)?.delete(version);
  }

  /** Publishes a tarball as it is. */
  publishTarball(manifest: Readonly<Record<string, unknown>> & { name: string; version: string }, tarball: Buffer): void {
    this.#packages.set(manifest.name, new Map([[manifest.version, { manifest, tarball }]]));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    const { authorization } = request.headers;
    this.requests.push({ path, authorization });
    if (this.token !== undefined && authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end("{}");
      return;
    }
    const tarball = /^(.+)\/-\/(.+)\.tgz$/.exec(path);
    if (tarball !== null) this.#sendTarball(this.#packages.get(tarball[1] ?? "")?.get(tarball[2] ?? "")?.tarball, response);
    else if (this.headers.etag !== undefined && request.headers["if-none-match"] === this.headers.etag) {
      response.writeHead(304, this.headers).end();
    } else if (this.documents.has(path)) sendDocument(this.documents.get(path), response);
    else if (request.url?.startsWith("/-/v1/search?") === true) this.#sendFound(new URL(request.url, this.url).searchParams, response);
    else this.#sendPackument(path, response);
  }

  /** As npm's registry finds: each word, and each keyword of a `keywords:`, must be there. */
  #sendFound(query: URLSearchParams, response: ServerResponse): void {
    const wanted = (query.get("text") ?? "").split(/\s+/).filter((word) => word !== "");
    const newest = [...this.#packages].map(([name, versions]) => ({ name, ...[...versions.values()].at(-1)?.manifest }));
    const found = newest.filter((manifest) => wanted.every((word) => isFoundBy(manifest, word))).slice(0, Number(query.get("size") ?? 20));
    const objects = found.map(({ name, version, description, keywords, repository }: FoundManifest) => ({
      package: { name, version, description, keywords, date: "2026-02-03T04:05:06.000Z", links: { npm: `${this.url}${name}`, repository } },
      downloads: { monthly: this.downloads.get(name) ?? 0, weekly: 0 },
      score: { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } },
      searchScore: 1,
    }));
    sendDocument({ objects, total: objects.length, time: "2026-02-03T04:05:06.000Z" }, response);
  }

  #sendPackument(name: string, response: ServerResponse): void {
    const versions = this.#packages.get(name);
    if (versions === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
      return;
    }
    const base = this.tarballBase ?? this.url;
    const entries = [...versions].map(([version, { manifest, tarball }]) => {
      const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
      const dist = { tarball: `${base}${name}/-/${version}.tgz`, integrity, ...this.distFields({ name, version, integrity }) };
      return [version, { ...manifest, dist }];
    });
    const latest = [...versions.keys()].at(-1);
    response.writeHead(200, { "content-type": "application/json", ...this.headers });
    response.end(JSON.stringify({ name, "dist-tags": { latest }, versions: Object.fromEntries(entries), ...this.listingFields }));
  }

  #sendTarball(tarball: Buffer | undefined, response: ServerResponse): void {
    if (tarball === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (this.fault === "html") {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Log in to the Wi-Fi</html>");
      return;
    }
    const content = this.fault === "wrong-content" ? Buffer.concat([tarball, Buffer.from("x")]) : tarball;
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": content.length });
    if (this.fault !== "cut") response.end(content);
    else response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.destroy());
  }
}

interface FoundManifest {
  readonly name: string;
  readonly version?: unknown;
  readonly description?: unknown;
  readonly keywords?: unknown;
  readonly repository?: unknown;
}

function isFoundBy({ name, description, keywords = [] }: FoundManifest, word: string): boolean {
  const own = Array.isArray(keywords) ? keywords.map(String) : [];
  if (word.startsWith("keywords:")) return own.includes(word.slice("keywords:".length));
  return [name, description, ...own].join(" ").toLowerCase().includes(word.toLowerCase());
}

/** A text is sent as it is. */
function sendDocument(document: object | string | number | undefined, response: ServerResponse): void {
  if (typeof document === "number") response.writeHead(document, { "content-type": "application/json" }).end("{}");
  else {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof document === "string" ? document : JSON.stringify(document));
  }
}
