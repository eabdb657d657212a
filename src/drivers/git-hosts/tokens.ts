/** A login for the API of one git host. */
export interface GitHostToken {
  readonly secret: string;
  /** The login name that belongs to it, if git's credential helpers told one. */
  readonly username?: string;
  /** Where it was found, as it completes "the token of": `$GITHUB_TOKEN`, `gh`, `git's credential helper`. */
  readonly foundIn: string;
  /** Whether the user set it for this host. One that was merely found is done without if it is refused. */
  readonly isExplicit: boolean;
}

/** A variable that holds a token, and for which host. */
interface TokenVariable {
  readonly name: string;
  readonly host: (env: NodeJS.ProcessEnv) => string | undefined;
}

const GITHUB = () => "github.com";
/** A tenant of GitHub's cloud takes the variables of github.com in gh (`gh help environment`). */
const githubOrTenant = ({ GH_HOST }: NodeJS.ProcessEnv) => (isTenant(hostIn(GH_HOST) ?? "") ? hostIn(GH_HOST) : "github.com");
const enterprise = ({ GH_HOST }: NodeJS.ProcessEnv) => hostIn(GH_HOST);
const gitlab = ({ GITLAB_HOST, GL_HOST }: NodeJS.ProcessEnv) => hostIn(GITLAB_HOST) ?? hostIn(GL_HOST) ?? "gitlab.com";

/**
 * The variables of docker-machine, gh (`gh help environment`), glab and tea, in the order in which they count.
 * Those tools send some of them to any host; here each belongs to one.
 */
const VARIABLES: readonly TokenVariable[] = [
  { name: "MACHINE_GITHUB_API_TOKEN", host: GITHUB },
  { name: "GH_TOKEN", host: githubOrTenant },
  // In a workflow on GitHub Enterprise Server it is a token of that server.
  { name: "GITHUB_TOKEN", host: ({ GITHUB_SERVER_URL }) => hostIn(GITHUB_SERVER_URL) ?? "github.com" },
  { name: "GH_ENTERPRISE_TOKEN", host: enterprise },
  { name: "GITHUB_ENTERPRISE_TOKEN", host: enterprise },
  { name: "GITLAB_TOKEN", host: gitlab },
  { name: "GITLAB_ACCESS_TOKEN", host: gitlab },
  { name: "GITEA_SERVER_TOKEN", host: ({ GITEA_SERVER_URL }) => hostIn(GITEA_SERVER_URL) },
];

/**
 * The token that the environment has for a host, and for no other.
 *
 * @param host a host's name, with its port if it has one of its own
 */
export function environmentToken(host: string, env: NodeJS.ProcessEnv): GitHostToken | undefined {
  const ofHost = VARIABLES.filter((variable) => variable.host(env) === host);
  for (const { name } of ofHost) {
    const secret = env[name]?.trim();
    if (secret !== undefined && secret !== "") return { secret, foundIn: `$${name}`, isExplicit: true };
  }
  return undefined;
}

/** The environment without any of the tokens in it, for programs that might take one for another host. */
export function withoutTokens(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(VARIABLES.map(({ name }) => name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name)));
}

/** The variable that sets a token for a host, as an advice: with the variable for the host's name if there must be one. */
export function tokenVariableFor(host: string, kind: string): string | undefined {
  if (host === "github.com") return "GITHUB_TOKEN";
  if (kind === "github") return `GH_HOST=${host} and GH_ENTERPRISE_TOKEN`;
  if (host === "gitlab.com") return "GITLAB_TOKEN";
  if (kind === "gitlab") return `GITLAB_HOST=${host} and GITLAB_TOKEN`;
  return kind === "gitea" ? `GITEA_SERVER_URL=https://${host} and GITEA_SERVER_TOKEN` : undefined;
}

/** Whether it is a tenant of GitHub's cloud with a name of its own (GitHub Enterprise Cloud with data residency). */
export function isTenant(host: string): boolean {
  return host.endsWith(".ghe.com");
}

/** The host of a variable that holds its name or its address. */
export function hostIn(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return undefined;
  const address = trimmed.includes("://") ? trimmed : `https://${trimmed}`;
  return URL.canParse(address) ? new URL(address).host : undefined;
}
