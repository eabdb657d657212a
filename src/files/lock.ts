import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { makePrivateDirectory, PRIVATE_FILE_MODE, unwritable } from "./atomic-file.js";

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

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
/** The file vanishing while it is opened is an I/O error to SQLite; more of them in a row are the disk's. */
const TOLERATED_IO_ERRORS = 20;
const POLL_MS = 25;
const SAY_AFTER_MS = 1000;

/**
 * Runs `action` while holding the lock file at `path`, which no other process or call holds meanwhile.
 * The operating system holds the lock (through SQLite's, the only portable one in Node), so it is free the moment its process dies, however it dies.
 *
 * @throws {MachineError} `LOCK_TIMEOUT`, `OPERATION_ABORTED`, `FILE_UNWRITABLE`, and whatever `action` throws
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
  let ioErrors = 0;
  for (;;) {
    if (signal?.aborted === true) throw new MachineError("OPERATION_ABORTED", `Interrupted while waiting for ${subject}.`);
    const lock = tryAcquire(path);
    if (lock instanceof Error) ioErrors += 1;
    else if (lock !== undefined) return lock;
    else ioErrors = 0;
    if (lock instanceof Error && ioErrors > TOLERATED_IO_ERRORS) throw lock;
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
function tryAcquire(path: string): DatabaseSync | Error | undefined {
  const { DatabaseSync } = loadSqlite();
  createIfMissing(path);
  const before = inodeOf(path);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    // With its journal in memory SQLite writes nothing, so that a full disk can be locked too, and room be made on it.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock?.close();
    return refusal(path, error);
  }
  if (before !== undefined && inodeOf(path) === before) return lock;
  lock.close();
  return undefined;
}

/** What a lock that SQLite refuses means: it is another's (`undefined`), or there may be one at the next try (the error). */
function refusal(path: string, error: unknown): Error | undefined {
  const code = resultCode(error);
  if (code === SQLITE_BUSY) return undefined;
  if (error instanceof Error && code === SQLITE_IOERR) return error;
  if (code !== SQLITE_READONLY && code !== SQLITE_FULL && code !== SQLITE_CANTOPEN) throw error;
  throw new MachineError("FILE_UNWRITABLE", `Can't lock ${path}: ${messageOf(error)}.`, {
    cause: error,
    suggestions: ["Check that the disk has room and that you may write there."],
  });
}

/** Only a new file is opened here: closing one that this process has locked would free its lock (POSIX, close). */
function createIfMissing(path: string): void {
  try {
    closeSync(openSync(path, "wx", PRIVATE_FILE_MODE));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw unwritable(path, error);
  }
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

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return undefined;
  return error.errcode & 0xff;
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
