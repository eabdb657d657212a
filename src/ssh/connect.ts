import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDriverError, type Logger, type SshEndpoint, throwIfAborted, waitFor } from "@docker-machine/driver-sdk";
import type { AnyAuthMethod, Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { MachineError } from "../errors.js";
import { connectError, type HostRole, placeOf } from "./connect-error.js";
import { readPrivateKey } from "./keys.js";
import {
  type HostKey,
  type HostKeyPolicy,
  hostKeyChanged,
  hostKeyUnknown,
  parseHostKey,
  readHostKeys,
  recordHostKey,
} from "./known-hosts.js";
import { type JumpHost, SshConnection } from "./ssh-connection.js";

/** How {@link connectSsh} connects. */
export interface ConnectOptions {
  readonly hostKey: HostKeyPolicy;
  /** Ends the connection whenever it is aborted. */
  readonly signal?: AbortSignal;
  /** Milliseconds for connecting and logging in. Default: 20,000. */
  readonly timeoutMs?: number;
  readonly log?: Pick<Logger, "debug">;
  /**
   * Connections to jump hosts that several machines use at once, filled here. Whoever made the map ends them. Default: each connection has one of its own to its jump host,
   * which ends with it.
   */
  readonly sharedJumps?: Map<string, Promise<SshConnection>>;
  /** Where the agent's socket (`SSH_AUTH_SOCK`) and the user's default keys (`HOME`) are looked up. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** How {@link waitForSsh} waits. */
export interface WaitForSshOptions extends ConnectOptions {
  /** Milliseconds for the whole wait. Default: 300,000. */
  readonly deadlineMs?: number;
  /** Milliseconds during which a refused login is tried again, since a new host may answer before it has its keys. Default: 30,000. */
  readonly loginGraceMs?: number;
}

const KEEPALIVE_MS = 15_000;
const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];
const RSA_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256"];
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  ...RSA_ALGORITHMS,
];
const WINDOWS_AGENT = String.raw`\\.\pipe\openssh-ssh-agent`;
const RETRIED = new Set(["SSH_REFUSED", "SSH_UNREACHABLE", "SSH_TIMEOUT"]);

/**
 * Logs in on a host: with the endpoint's key, or else with the user's agent and default keys. A jump host is logged in to first, in the same way;
 * its key is kept beside the machine's, as that of `ALIAS.jump`.
 *
 * @throws {MachineError} `SSH_REFUSED`, `SSH_UNREACHABLE`, `SSH_TIMEOUT`, `SSH_AUTHENTICATION_FAILED`, `SSH_HOST_KEY_CHANGED`, `SSH_HOST_KEY_UNKNOWN`, `SSH_KEY_*`,
 * `SSH_JUMP_AUTHENTICATION_FAILED`, `SSH_JUMP_FORBIDDEN`, `OPERATION_ABORTED`
 */
export async function connectSsh(endpoint: SshEndpoint, options: ConnectOptions): Promise<SshConnection> {
  return connect(endpoint, options, "host");
}

async function connect(endpoint: SshEndpoint, options: ConnectOptions, role: HostRole): Promise<SshConnection> {
  const { signal } = options;
  if (signal !== undefined) throwIfAborted(signal);
  if (endpoint.jump === undefined) return logIn(endpoint, options, { role });
  const jump = await reachJumpHost(endpoint.jump, options);
  try {
    return await logIn(endpoint, options, { role, jump });
  } catch (error) {
    jump.end();
    throw error;
  }
}

async function reachJumpHost(endpoint: SshEndpoint, options: ConnectOptions): Promise<JumpHost> {
  const { hostKey: machine, sharedJumps } = options;
  const of = machine.host ?? `the host of the machine "${machine.alias}"`;
  const hostKey = { ...machine, alias: `${machine.alias}.jump`, host: `the jump host ${endpoint.host}:${endpoint.port} to ${of}` };
  const recorded = sharedJumps === undefined ? [] : await readHostKeys(hostKey);
  const open = () => connect(endpoint, { ...options, hostKey }, "jump host");
  if (sharedJumps === undefined || recorded.length === 0) {
    const connection = await open();
    return { connection, end: () => connection.close() };
  }
  // Those who know the same host by different keys would not both accept the one it shows.
  const key = JSON.stringify([endpoint, recorded.map(({ blob }) => blob.toString("base64"))]);
  const shared = sharedJumps.get(key) ?? open();
  sharedJumps.set(key, shared);
  return { connection: await shared, end: () => undefined };
}

interface Way {
  readonly role: HostRole;
  readonly jump?: JumpHost;
}

async function logIn(endpoint: SshEndpoint, options: ConnectOptions, { role, jump }: Way): Promise<SshConnection> {
  const { hostKey: policy, signal, timeoutMs = 20_000, env = process.env } = options;
  const methods = await authMethods(endpoint, env);
  const recorded = await readHostKeys(policy);
  const { default: ssh2 } = await import("ssh2");
  const client = new ssh2.Client();
  let shown: HostKey | undefined;
  const config: ConnectConfig = {
    host: endpoint.host,
    port: endpoint.port,
    username: endpoint.user,
    readyTimeout: timeoutMs,
    keepaliveInterval: KEEPALIVE_MS,
    authHandler: [...methods],
    algorithms: { serverHostKey: hostKeyAlgorithms(recorded) },
    hostVerifier: (blob: Buffer) => {
      shown = parseHostKey(blob);
      return isAccepted(shown, recorded, policy);
    },
  };
  try {
    const sock = await jump?.connection.dial(endpoint.host, endpoint.port, timeoutMs);
    await ready(client, sock === undefined ? config : { ...config, sock }, signal);
  } catch (error) {
    client.destroy();
    if (signal !== undefined) throwIfAborted(signal);
    throw (
      hostKeyError(shown, recorded, policy) ?? (error instanceof MachineError ? error : connectError({ endpoint, role, timeoutMs }, error))
    );
  }
  if (shown !== undefined && recorded.length === 0) await recordHostKey(policy, shown);
  options.log?.debug(`SSH: logged in as ${endpoint.user} on ${placeOf(endpoint)}.`);
  return new SshConnection(client, { endpoint, signal, jump });
}

/**
 * Tries {@link connectSsh} until the host lets the user in.
 *
 * @throws {MachineError} `SSH_TIMEOUT` with the last cause; and what {@link connectSsh} throws that waiting can't mend
 */
export async function waitForSsh(endpoint: SshEndpoint, options: WaitForSshOptions): Promise<SshConnection> {
  const { signal = new AbortController().signal, deadlineMs = 300_000, loginGraceMs = 30_000 } = options;
  let refusedSince: number | undefined;
  const pause = async (durationMs: number): Promise<void> => {
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
    throwIfAborted(signal);
  };
  const probe = async (): Promise<SshConnection> => {
    try {
      return await connectSsh(endpoint, options);
    } catch (error) {
      if (!isDriverError(error)) throw error;
      if (RETRIED.has(error.code)) throw new Error(error.message, { cause: error });
      refusedSince ??= performance.now();
      const mayStillChange = error.code === "SSH_AUTHENTICATION_FAILED" && performance.now() - refusedSince < loginGraceMs;
      if (!mayStillChange) throw error;
      throw new Error(error.message, { cause: error });
    }
  };
  const description = `SSH on ${placeOf(endpoint)}`;
  return waitFor({ signal, sleep: pause }, probe, { description, timeoutMs: deadlineMs, maxIntervalMs: 3000, timeoutCode: "SSH_TIMEOUT" });
}

function isAccepted(shown: HostKey, recorded: readonly HostKey[], policy: HostKeyPolicy): boolean {
  if (recorded.length === 0) return policy.unknown === "record";
  return recorded.some(({ blob }) => blob.equals(shown.blob));
}

function hostKeyError(shown: HostKey | undefined, recorded: readonly HostKey[], policy: HostKeyPolicy): MachineError | undefined {
  if (shown === undefined || isAccepted(shown, recorded, policy)) return undefined;
  return recorded.length > 0 ? hostKeyChanged(policy, recorded, shown) : hostKeyUnknown(policy, shown);
}

/** What the host may show, best first. A host with several keys is asked for a recorded one. */
function hostKeyAlgorithms(recorded: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const algorithms = recorded.flatMap(({ type }) =>
    type === "ssh-rsa" ? RSA_ALGORITHMS : HOST_KEY_ALGORITHMS.filter((each) => each === type),
  );
  return [...new Set([...algorithms, ...HOST_KEY_ALGORITHMS])];
}

function ready(client: Client, config: ConnectConfig, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("aborted"));
    signal?.addEventListener("abort", abort, { once: true });
    const settle = (act: () => void) => {
      signal?.removeEventListener("abort", abort);
      act();
    };
    // Else each small request waits for the answer to the one before, up to 40 ms (Nagle's algorithm).
    client.once("ready", () => settle(() => resolve(void client.setNoDelay(true))));
    client.on("error", (error) => settle(() => reject(error)));
    client.once("close", () => settle(() => reject(new Error("The host closed the connection."))));
    client.connect(config);
  });
}

async function authMethods({ privateKeyPath, user }: SshEndpoint, env: NodeJS.ProcessEnv): Promise<readonly AnyAuthMethod[]> {
  if (privateKeyPath !== undefined) return [{ type: "publickey", username: user, key: await readPrivateKey(privateKeyPath) }];
  const agent = env.SSH_AUTH_SOCK ?? (process.platform === "win32" ? WINDOWS_AGENT : "");
  const folder = join(env.HOME ?? homedir(), ".ssh");
  // A default key that is missing or encrypted is passed over, as OpenSSH does without a terminal.
  const keys = await Promise.all(DEFAULT_KEYS.map((name) => readPrivateKey(join(folder, name)).catch(() => undefined)));
  return [
    ...(agent === "" ? [] : [{ type: "agent" as const, username: user, agent }]),
    ...keys.filter((key) => key !== undefined).map((key) => ({ type: "publickey" as const, username: user, key })),
  ];
}
