import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const ROLES = ["root", "timestamp", "snapshot", "targets"];
const KEPT = { expires: "2100-01-01T00:00:00Z", spec_version: "1.0.0", version: 1 };

/** A repository of signed lists (The Update Framework), such as sigstore's, on the loopback address. One key signs all. */
export class TufMirror {
  readonly requests: string[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #server: Server;
  readonly #privateKey: KeyObject;
  readonly #key: object;
  readonly #keyId: string;

  private constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const bytes = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    this.#privateKey = privateKey;
    this.#key = { keytype: "ed25519", scheme: "ed25519", keyval: { public: bytes.toString("hex") } };
    this.#keyId = hashOf(Buffer.from(canonical(this.#key)));
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "").slice(1);
      this.requests.push(path);
      const file = this.#files.get(path);
      if (file === undefined) response.writeHead(404).end();
      else response.end(file);
    });
  }

  static async start(): Promise<TufMirror> {
    const mirror = new TufMirror();
    await new Promise<void>((resolve) => mirror.#server.listen(0, "127.0.0.1", resolve));
    return mirror;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes the first list of keys, which a client must have beforehand. */
  async writeRoot(file: string): Promise<void> {
    const roles = Object.fromEntries(ROLES.map((role) => [role, { keyids: [this.#keyId], threshold: 1 }]));
    const root = { ...KEPT, _type: "root", consistent_snapshot: true, keys: { [this.#keyId]: this.#key }, roles };
    await writeFile(file, this.#signed(root));
  }

  /** Publishes files under a new, signed list. */
  publish(targets: Readonly<Record<string, string>>): void {
    const described = Object.entries(targets).map(([name, text]) => [name, descriptionOf(Buffer.from(text))] as const);
    this.#files.set("1.targets.json", this.#signed({ ...KEPT, _type: "targets", targets: Object.fromEntries(described) }));
    this.#files.set("1.snapshot.json", this.#signed({ ...KEPT, _type: "snapshot", meta: { "targets.json": { version: 1 } } }));
    this.#files.set("timestamp.json", this.#signed({ ...KEPT, _type: "timestamp", meta: { "snapshot.json": { version: 1 } } }));
    for (const [name, text] of Object.entries(targets)) {
      const parts = name.split("/");
      const file = `${hashOf(Buffer.from(text))}.${parts.pop()}`;
      this.#files.set(["targets", ...parts, file].join("/"), Buffer.from(text));
    }
  }

  /** Changes what is sent, and not what is signed. */
  tamper(change: (text: string) => string): void {
    for (const [path, content] of this.#files) {
      if (path.startsWith("targets/")) this.#files.set(path, Buffer.from(change(content.toString())));
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #signed(signed: object): Buffer {
    const signature = sign(null, Buffer.from(canonical(signed)), this.#privateKey).toString("hex");
    return Buffer.from(JSON.stringify({ signed, signatures: [{ keyid: this.#keyId, sig: signature }] }));
  }
}

function descriptionOf(content: Buffer): object {
  return { length: content.length, hashes: { sha256: hashOf(content) } };
}

function hashOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** JSON with sorted keys, without spaces. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
