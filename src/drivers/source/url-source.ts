import { MachineError } from "../../errors.js";
import { type GitSource, gitSource, withGit } from "./git-source.js";
import { invalidSource } from "./source-error.js";

/** A packed package at an address. */
export interface TarballUrlSource {
  readonly kind: "tarball-url";
  readonly url: string;
}

/** The file names of packed packages. */
export const PACKED = /\.(?:tgz|tar\.gz)$/i;

const OTHER_ARCHIVE = /\.(?:zip|tar|xz|bz2)$/i;
const SECRET_PARAMETER = /token|secret|password|credential|signature|^sig$|key|auth/i;

/**
 * Parses an address: a packed package, or a repository on a git host.
 *
 * @throws {MachineError} `SOURCE_INVALID`, `SOURCE_HAS_CREDENTIALS`, `SOURCE_INSECURE`
 */
export function parseUrlSource(typed: string): GitSource | TarballUrlSource {
  const text = typed.replace(/^git\+/, "");
  const isGit = text !== typed;
  if (!URL.canParse(text)) throw invalidSource(text, "it is not a valid address");
  const url = new URL(text);
  refuseCredentials(url);
  const place = {
    host: url.host,
    path: decode(url.pathname.slice(1), typed),
    ref: url.hash === "" ? undefined : decode(url.hash.slice(1), typed),
  };
  switch (url.protocol) {
    case "ssh:":
      return gitSource(typed, { ...place, transport: "ssh", user: url.username === "" ? undefined : url.username });
    case "file:":
      return gitSource(typed, { ...place, transport: "file", host: "", path: `/${place.path}` });
    case "https:":
    case "http:":
      refusePlainText(url, typed);
      if (!isGit && PACKED.test(url.pathname)) return { kind: "tarball-url", url: withoutHash(url) };
      if (!isGit && OTHER_ARCHIVE.test(url.pathname)) throw invalidSource(typed, "a packed driver ends in .tgz or .tar.gz");
      if (url.search !== "") throw invalidSource(typed, 'the address of a repository has no "?" part');
      return gitSource(typed, {
        ...place,
        transport: url.protocol === "https:" ? "https" : "http",
        path: repositoryPath(place.path, isGit),
      });
    default:
      throw invalidSource(typed, `drivers can't be fetched by ${url.protocol}//`);
  }
}

/** What is written with `git+` is taken as it is; a browser's address gets the `.git` that git hosts take. */
function repositoryPath(path: string, isGit: boolean): string {
  const trimmed = path.replace(/\/$/, "");
  return isGit ? trimmed : withGit(trimmed);
}

function decode(text: string, typed: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidSource(typed, "it is not a valid address");
  }
}

function withoutHash(url: URL): string {
  const copy = new URL(url);
  copy.hash = "";
  return copy.href;
}

function refuseCredentials(url: URL): void {
  const isLogin = url.protocol === "ssh:" && url.password === "";
  const secret = [...url.searchParams.keys()].find((name) => SECRET_PARAMETER.test(name));
  if (secret === undefined && ((url.username === "" && url.password === "") || isLogin)) return;
  const what = secret === undefined ? "a user name or password" : `the secret "${secret}"`;
  throw new MachineError("SOURCE_HAS_CREDENTIALS", `The driver's address on ${url.host} holds ${what}, which would be stored and shown.`, {
    suggestions: [
      "Leave it out of the address. For git hosts use a credential helper, an SSH key, or for GitHub the variable GITHUB_TOKEN; for registries .npmrc.",
    ],
  });
}

function refusePlainText(url: URL, typed: string): void {
  const isLoopback = ["localhost", "[::1]"].includes(url.hostname) || /^127(?:\.\d+){3}$/.test(url.hostname);
  if (url.protocol === "https:" || isLoopback) return;
  throw new MachineError("SOURCE_INSECURE", `${typed} would be fetched without encryption, so anyone on the way could change the driver.`, {
    suggestions: [
      `Use ${typed.replace("http://", "https://")}`,
      "For a mirror inside a closed network: the setting gitMirrors, or a registry in .npmrc.",
    ],
  });
}
