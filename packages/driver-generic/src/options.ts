import { isIP } from "node:net";
import { DOCKER_TLS_PORT, DriverError, type OptionSpecs, type OptionValues } from "@docker-machine/driver-sdk";

const SSH_PORT = 22;

/** The options of the driver `generic`: the Go program's flags, environment variables and defaults. */
export const genericOptions = {
  enginePort: {
    type: "integer",
    flag: "generic-engine-port",
    env: "GENERIC_ENGINE_PORT",
    usage: "Docker engine port",
    default: DOCKER_TLS_PORT,
    minimum: 1,
    maximum: 65535,
  },
  ipAddress: { type: "string", flag: "generic-ip-address", env: "GENERIC_IP_ADDRESS", usage: "IP Address of machine", required: true },
  sshUser: { type: "string", flag: "generic-ssh-user", env: "GENERIC_SSH_USER", usage: "SSH user", default: "root" },
  sshKey: {
    type: "string",
    flag: "generic-ssh-key",
    env: "GENERIC_SSH_KEY",
    usage: "SSH private key path (if not provided, default SSH key will be used)",
    default: "",
  },
  sshPort: {
    type: "integer",
    flag: "generic-ssh-port",
    env: "GENERIC_SSH_PORT",
    usage: "SSH port",
    default: SSH_PORT,
    minimum: 1,
    maximum: 65535,
  },
} as const satisfies OptionSpecs;

/**
 * Checks the address's form.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkGenericOptions({ ipAddress }: OptionValues<typeof genericOptions>): void {
  if (isIP(ipAddress) === 0 && !isHostName(ipAddress)) {
    throw new DriverError(
      "OPTION_INVALID",
      `--generic-ip-address is ${JSON.stringify(ipAddress)}, but it must be an IP address or a host name.`,
      {
        suggestions: ["Leave out scheme, brackets and port; ports have options of their own: --generic-ssh-port, --generic-engine-port"],
      },
    );
  }
}

function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-zA-Z0-9_](?:[a-zA-Z0-9._-]*[a-zA-Z0-9_])?\.?$/.test(text);
}
