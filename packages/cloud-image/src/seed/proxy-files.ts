import { DriverError } from "@docker-machine/driver-sdk";
import type { SeedProxy } from "./seed.js";

/** One entry of cloud-init's `write_files`. */
export interface GuestFile {
  readonly path: string;
  readonly content: string;
  readonly permissions: string;
  readonly append?: boolean;
}

/** A service's drop-in that sorts before the one docker-machine writes later: `--engine-env` wins. */
const DOCKER_DROP_IN = "/etc/systemd/system/docker.service.d/05-docker-machine-proxy.conf";

/**
 * The files through which a guest's programs learn of proxies: `/etc/environment` for logins and `sudo`, and a drop-in for the Docker
 * daemon, which pulls images itself and reads no other.
 *
 * @throws {DriverError} `PROXY_INVALID`
 */
export function proxyFiles(proxy: SeedProxy): GuestFile[] {
  const variables = proxyVariables(proxy);
  if (variables.length === 0) return [];
  const both = variables.flatMap(([name, value]) => [`${name}=${value}`, `${name.toLowerCase()}=${value}`]);
  return [
    // The file may end without a line break, hence the one in front.
    { path: "/etc/environment", content: `\n${both.join("\n")}\n`, permissions: "0644", append: true },
    { path: DOCKER_DROP_IN, content: dropIn(variables), permissions: "0600" },
  ];
}

function proxyVariables({ http, https, noProxy }: SeedProxy): [string, string][] {
  const variables: [string, string][] = [];
  if (http !== undefined) variables.push(["HTTP_PROXY", checkedUrl(http)]);
  if (https !== undefined) variables.push(["HTTPS_PROXY", checkedUrl(https)]);
  if (noProxy !== undefined) variables.push(["NO_PROXY", checkedList(noProxy)]);
  return variables;
}

/** systemd.unit(5), "Specifiers": a percent sign is doubled. {@link checkedUrl} leaves nothing else that needs quoting. */
function dropIn(variables: readonly (readonly [string, string])[]): string {
  const lines = variables.map(([name, value]) => `Environment="${name}=${value.replaceAll("%", "%%")}"`);
  return ["[Service]", ...lines, ""].join("\n");
}

/** Printable ASCII without what pam_env, systemd or a shell might read as more than itself. All of it can be percent-encoded in an URL. */
const PLAIN = /^[!-~]+$/;
const SPECIAL = /["'`#$\\]/;

function checkedUrl(value: string): string {
  const url = PLAIN.test(value) && !SPECIAL.test(value) ? URL.parse(value) : null;
  if (url === null || !/^(?:https?|socks5h?):$/.test(url.protocol) || url.hostname === "") {
    throw new DriverError("PROXY_INVALID", `The proxy ${JSON.stringify(withoutPassword(value))} is no URL of a proxy.`, {
      suggestions: ["Write it as http://HOST:PORT; percent-encode quotes, blanks, # and $ in a password (%22, %20, %23, %24)."],
    });
  }
  return value;
}

function checkedList(value: string): string {
  if (!/^[A-Za-z0-9.,:*/_[\]-]+$/.test(value)) {
    throw new DriverError("PROXY_INVALID", `The list of hosts without proxy ${JSON.stringify(value)} can't be used.`, {
      suggestions: ["Separate names, addresses and networks by commas, without blanks: localhost,10.0.0.0/8,.example.com"],
    });
  }
  return value;
}

function withoutPassword(value: string): string {
  return value.replace(/\/\/.*@/s, "//…@");
}
