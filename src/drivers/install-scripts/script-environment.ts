import { join } from "node:path";
import { makePrivateDirectory } from "../../files/atomic-file.js";
import type { InstallScript } from "./find-scripts.js";

/** What the environment of install scripts is made with. */
export interface ScriptPlaces {
  /** The environment of this process. Little of it is passed on. */
  readonly env: NodeJS.ProcessEnv;
  /** A private folder for the scripts' home and temporary files. */
  readonly scratch: string;
}

/** What is passed on: where programs are, what language is spoken, which proxy and certificates lead outside, and what Windows needs to start a program. None of it is a secret. */
const PASSED_ON = new Set([
  ...["PATH", "LANG", "LANGUAGE", "TZ", "CC", "CXX", "PYTHON", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "NO_PROXY"],
  ...[
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMDATA",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
  ],
]);
const PROXIES = new Set(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]);

/**
 * The environment that install scripts get: no token and no password, and a home of their own, since .npmrc, .netrc and the like in the user's hold some.
 * A proxy's address with a password in it is left out.
 */
export async function scriptEnvironment({ env, scratch }: ScriptPlaces): Promise<Readonly<Record<string, string>>> {
  const home = join(scratch, "home");
  const temporary = join(scratch, "tmp");
  for (const folder of [home, temporary]) await makePrivateDirectory(folder);
  const passedOn = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isPassedOn(name, value) ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(passedOn),
    HOME: home,
    TMPDIR: temporary,
    ...(process.platform === "win32" ? { USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home, TEMP: temporary, TMP: temporary } : {}),
    NODE: process.execPath,
    npm_node_execpath: process.execPath,
  };
}

/** What npm tells a script of itself. */
export function scriptVariables({ package: name, version, folder, event, command }: InstallScript): Readonly<Record<string, string>> {
  return {
    INIT_CWD: folder,
    npm_lifecycle_event: event,
    npm_lifecycle_script: command,
    npm_package_json: join(folder, "package.json"),
    npm_package_name: name,
    npm_package_version: version,
  };
}

function isPassedOn(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  return PASSED_ON.has(upper) || /^LC_[A-Z]+$/.test(upper) || (PROXIES.has(upper) && !hasLogin(value));
}

function hasLogin(address: string): boolean {
  return address.includes("@");
}
