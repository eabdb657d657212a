import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../errors.js";
import { makePrivateDirectory, PRIVATE_FILE_MODE } from "./atomic-file.js";

/** How {@link withLock} waits for a lock that another process holds. */
export interface LockOptions {
  /** What is locked, as it completes "Another docker-machine process is working on": `the machine "dev"`. */
  readonly subject: string;
  /** Milliseconds to wait for the lock. Default: 600,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called once if the lock is not free within a second. */
  readonly onWait?: (message: string) => void;
}

const SQLITE_BUSY = 5;
const POLL_MS = 25;
const SAY_AFTER_MS = 1000;

/**
 * Runs `action` while holding the lock file at `path`, which no other process or call holds meanwhile.
 * The operating system holds the lock (through SQLite's, the only portable one in Node), so it is free the moment its process dies, however it dies.
 *
 * @throws {MachineError} `LOCK_TIMEOUT`, `OPERATION_ABORTED`, and whatever `action` throws
 */
export async function withLock<T>(path: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
  await makePrivateDirectory(dirname(path));
  const lock = await acquire(path, options);
  try {
    return await action();
  } finally {
    release(path, lock);
  }
}

async function acquire(path: string, options: LockOptions): Promise<DatabaseSync> {
  const { timeoutMs = 600_000, subject, signal } = options;
  const startedAt = performance.now();
  let said = false;
  for (;;) {
    if (signal?.aborted === true) throw new MachineError("OPERATION_ABORTED", `Interrupted while waiting for ${subject}.`);
    const lock = tryAcquire(path);
    if (lock !== undefined) return lock;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > timeoutMs) throw timeout(subject, timeoutMs);
    if (!said && waitedMs > SAY_AFTER_MS) {
      said = true;
      options.onWait?.(`Another docker-machine process is working on ${subject}, waiting for it...`);
    }
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/**
 * A holder removes the lock file when it is done, so a lock counts only if the path still names the file that was locked:
 * the one seen before it was opened.
 */
function tryAcquire(path: string): DatabaseSync | undefined {
  const { DatabaseSync } = loadSqlite();
  closeSync(openSync(path, "a", PRIVATE_FILE_MODE));
  const before = inodeOf(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  if (before !== undefined && inodeOf(path) === before) return lock;
  lock.close();
  return undefined;
}

function release(path: string, lock: DatabaseSync): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Windows keeps an open file: the next holder uses it again.
  }
  lock.close();
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function timeout(subject: string, timeoutMs: number): MachineError {
  return new MachineError(
    "LOCK_TIMEOUT",
    `Another docker-machine process has been working on ${subject} for ${Math.round(timeoutMs / 1000)} s.`,
    {
      suggestions: ["Wait for it to end, or end it, and try again."],
    },
  );
}

/** Node 22 prints an ExperimentalWarning when it loads its SQLite module; that word is not for our users. */
function loadSqlite(): typeof import("node:sqlite") {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
