import { DriverError } from "@docker-machine/driver-sdk";

/**
 * The `host:port` part of a URL, or an empty text where it has none (`none`, `unix:///var/run/docker.sock`).
 * The Go program saves what its `url.Parse` finds as `IPAddress`, so this follows Go's rules. The WHATWG parser has others: it refuses `none` and takes `tcp://%zz`.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function hostOfUrl(url: string): string {
  const problem = problemWith(url);
  if (problem !== undefined) {
    throw new DriverError("OPTION_INVALID", `--url is ${JSON.stringify(url)}, but ${problem}.`, {
      suggestions: ["Write it as tcp://ADDRESS:PORT, for example --url tcp://192.0.2.10:2376"],
    });
  }
  return authorityOf(url).host;
}

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;

function authorityOf(url: string): { readonly user: string; readonly host: string } {
  const authority = /^\/\/([^/?#]*)/.exec(url.replace(SCHEME, ""))?.[1] ?? "";
  const at = authority.lastIndexOf("@");
  return { user: authority.slice(0, Math.max(at, 0)), host: authority.slice(at + 1) };
}

function problemWith(url: string): string | undefined {
  if (hasControlCharacter(url)) return "it holds a control character";
  const [beforeQuery = ""] = url.split(/[?#]/);
  if (/%(?![0-9a-fA-F]{2})/.test(beforeQuery)) return "a % in it is not followed by two hexadecimal digits";
  if (!SCHEME.test(url) && /^[^/]*:/.test(beforeQuery)) return "it has no scheme, such as tcp://";
  const { user, host } = authorityOf(url);
  if (/[ "<>\\^`{|}]/.test(user + host)) return `its host is ${JSON.stringify(host)}`;
  if (!hasValidPort(host)) return `its port is not a number (${JSON.stringify(host)})`;
  return undefined;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}

function hasValidPort(host: string): boolean {
  return host.startsWith("[") ? /^\[[^\]]*\](?::\d*)?$/.test(host) : /^[^:]*(?::\d*)?$/.test(host);
}
