import { createHash } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { cpus, uptime } from "node:os";
import { join } from "node:path";

/** What a trial has come to, and when (milliseconds since 1970). */
interface Entry {
  readonly at: number;
  readonly refusal?: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The trials of accelerators of the last day, in a file of the cache. Use it under a lock. */
export class TrialRecord {
  readonly #path: string;

  constructor(cacheDirectory: string) {
    this.#path = join(cacheDirectory, "qemu-accelerators.json");
  }

  /** The trial with this key, if there was one within a day. */
  async read(key: string): Promise<Entry | undefined> {
    return (await this.#entries()).find(([each]) => each === key)?.[1];
  }

  /** Adds a trial, and drops old ones. */
  async write(key: string, refusal: string | undefined): Promise<void> {
    const entry: Entry = { at: Date.now(), ...(refusal === undefined ? {} : { refusal }) };
    const entries = [...(await this.#entries()).filter(([each]) => each !== key), [key, entry]];
    const beside = `${this.#path}.new`;
    await writeFile(beside, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
    await rename(beside, this.#path);
  }

  /** A file that can't be read counts as empty: it is only a cache. */
  async #entries(): Promise<readonly (readonly [string, Entry])[]> {
    try {
      const entries: unknown = JSON.parse(await readFile(this.#path, "utf8"));
      return Object.entries(entries as object).filter((entry): entry is [string, Entry] => isRecent(entry[1]));
    } catch {
      return [];
    }
  }
}

/** Names all that may change what a trial comes to: QEMU, its options, this boot, the processor, the user and the access to KVM. */
export async function trialKey(qemuPath: string, args: readonly string[]): Promise<string> {
  const [program, kvm] = await Promise.all([stat(qemuPath), stat("/dev/kvm").catch(() => undefined)]);
  const facts = [
    [qemuPath, program.mtimeMs, program.size, args],
    [await bootId(), cpus()[0]?.model],
    [process.getuid?.(), process.getgroups?.()],
    [kvm?.mode, kvm?.uid, kvm?.gid, kvm?.ctimeMs],
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

function isRecent(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("at" in value) || typeof value.at !== "number") return false;
  const ageMs = Date.now() - value.at;
  return ageMs >= 0 && ageMs < DAY_MS && (!("refusal" in value) || typeof value.refusal === "string");
}

async function bootId(): Promise<string> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch {
    // Where the kernel tells no id: the time of the boot, to ten minutes. At worst, there is one trial more.
    return String(Math.round((Date.now() - uptime() * 1000) / 600_000));
  }
}
