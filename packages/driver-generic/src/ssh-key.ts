import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";

/** Names that docker-machine itself uses in a machine's folder. */
const TAKEN_NAMES = new Set([
  "config.json",
  "secrets.json",
  "known_hosts",
  "ca.pem",
  "ca-key.pem",
  "cert.pem",
  "key.pem",
  "server.pem",
  "server-key.pem",
]);

/**
 * Checks that the private key is a file.
 *
 * @throws {DriverError} `SSH_KEY_MISSING`
 */
export async function assertKeyExists(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new DriverError("SSH_KEY_MISSING", `The SSH key ${JSON.stringify(path)} does not exist.`, {
    suggestions: [
      "Give the path of a private key: --generic-ssh-key ~/.ssh/id_ed25519",
      "Leave the option out to use the SSH agent and your default keys.",
    ],
  });
}

/** Where the copy of a key belongs: under its own name, as the Go program does, unless docker-machine would overwrite it there. */
export function keyCopyPath(directory: string, keyPath: string): string {
  const name = basename(keyPath);
  return join(directory, TAKEN_NAMES.has(name.toLowerCase()) ? `ssh-${name}` : name);
}

/**
 * Copies a private key, and its public half if there is one, so that both are whole and private (mode 0600) at every moment.
 *
 * @throws {DriverError} `SSH_KEY_MISSING`, `SSH_KEY_UNREADABLE`
 */
export async function copyKey(from: string, to: string): Promise<{ readonly publicKeyCopied: boolean }> {
  await assertKeyExists(from);
  try {
    await copyPrivately(from, to);
  } catch (error) {
    throw new DriverError("SSH_KEY_UNREADABLE", `The SSH key ${JSON.stringify(from)} can't be copied to ${to}: ${messageOf(error)}`, {
      cause: error,
      suggestions: [`ls -l ${from}`],
    });
  }
  // The public half only serves the user: ssh derives it from the private one.
  const publicKeyCopied = await copyPrivately(`${from}.pub`, `${to}.pub`).then(
    () => true,
    () => false,
  );
  return { publicKeyCopied };
}

async function copyPrivately(from: string, to: string): Promise<void> {
  const content = await readFile(from);
  const unfinished = `${to}.${randomUUID()}`;
  try {
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
