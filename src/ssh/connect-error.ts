import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../errors.js";

/** What a host is to whoever logs in: the one that is meant, or one on the way to it. */
export type HostRole = "host" | "jump host";

/** How a login failed, as {@link connectError} tells it. */
export interface FailedLogin {
  readonly endpoint: SshEndpoint;
  readonly role: HostRole;
  readonly timeoutMs: number;
}

/** The coded error for a login that failed. It names the host that it was, and the one through which that was reached. */
export function connectError({ endpoint, role, timeoutMs }: FailedLogin, cause: unknown): MachineError {
  const level = cause instanceof Error && "level" in cause ? cause.level : undefined;
  const where = placeOf(endpoint);
  const whom = role === "host" ? where : `the ${role} ${where}`;
  if (level === "client-authentication") return notLetIn({ endpoint, role, timeoutMs }, cause);
  if (endpoint.jump !== undefined && hasCode(cause, "EACCES")) {
    return new MachineError(
      "SSH_JUMP_FORBIDDEN",
      `The SSH server of the jump host lets no connection through to ${where}: ${messageOf(cause)}.`,
      {
        cause,
        suggestions: [
          "On the jump host, sshd_config must not forbid it: AllowTcpForwarding yes, and no PermitOpen that leaves the address out.",
        ],
      },
    );
  }
  if (level === "client-timeout" || hasCode(cause, "ETIMEDOUT")) {
    return new MachineError("SSH_TIMEOUT", `No SSH answer from ${whom} within ${timeoutMs / 1000} s.`, {
      cause,
      suggestions: ["Check the address, and that no firewall drops the port."],
    });
  }
  if (hasCode(cause, "ECONNREFUSED")) {
    return new MachineError("SSH_REFUSED", `The ${role} refuses SSH connections to ${where}.`, {
      cause,
      suggestions: [`Check the port, and that an SSH server runs on the ${role}.`],
    });
  }
  return new MachineError("SSH_UNREACHABLE", `No SSH connection to ${whom}: ${messageOf(cause)}`, {
    cause,
    suggestions: [`Check the address, and that the ${role} is running.`],
  });
}

/** A host's address for messages, with that of its jump host. */
export function placeOf({ host, port, jump }: SshEndpoint): string {
  return `${host}:${port}${jump === undefined ? "" : ` (through the jump host ${placeOf(jump)})`}`;
}

/** A jump host has a code of its own: unlike a machine's host that is new, it won't let the user in a moment later. */
function notLetIn({ endpoint, role }: FailedLogin, cause: unknown): MachineError {
  const { privateKeyPath, user } = endpoint;
  const key = privateKeyPath === undefined ? "any key of the agent or in ~/.ssh" : `the key ${privateKeyPath}`;
  const code = role === "host" ? "SSH_AUTHENTICATION_FAILED" : "SSH_JUMP_AUTHENTICATION_FAILED";
  return new MachineError(code, `The ${role} ${placeOf(endpoint)} does not let the user "${user}" in with ${key}.`, {
    cause,
    suggestions: [`Check the user's name, and that the public key is in ~/.ssh/authorized_keys on the ${role}.`],
  });
}
