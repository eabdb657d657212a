import { GitHubRepository, type KeptAsset, type PublishedRelease } from "./github-repository.js";
import { type Answer, json, problem, type RecordedRequest, RecordingServer } from "./recording-server.js";

/** What goes wrong with an asset's download. */
export type AssetFault = "cut" | "html" | "wrong-content" | "missing";

/**
 * A stand-in for GitHub's REST API on the loopback address: repositories, releases, topics, ETags, rate limits, private repositories, renames.
 * Assets are served by a second server, which stands for another origin and refuses requests with a token, as GitHub's store does.
 * It answers under `/` as api.github.com and under `/api/v3/` as GitHub Enterprise Server.
 */
export class GitHubServer {
  /** What goes wrong with each asset's download. */
  assetFault: AssetFault | undefined;
  /** Where assets are redirected to, if not to this stand-in's own store. */
  assetAddress: string | undefined;
  /** What the API answers to everything, if set. */
  failure: Answer | undefined;
  /** Tokens of which the API says that they are wrong. */
  readonly badTokens = new Set<string>();
  readonly #api: RecordingServer;
  readonly #store: RecordingServer;
  readonly #repositories: GitHubRepository[] = [];
  readonly #renamed = new Map<string, GitHubRepository>();
  #made = 0;
  #limit: { left: number; readonly resetAt: number } | undefined;
  #retryAfter: number | undefined;

  private constructor(api: RecordingServer, store: RecordingServer) {
    this.#api = api;
    this.#store = store;
  }

  static async start(): Promise<GitHubServer> {
    const server = new GitHubServer(await RecordingServer.start(), await RecordingServer.start());
    server.#api.answer = (request) => server.#answer(request);
    server.#store.answer = (request) => server.#answerFromStore(request);
    return server;
  }

  /** The base address of the API, which ends with `/`: what an API mirror is set to. */
  get url(): string {
    return this.#api.url;
  }

  /** What the API was asked. */
  get requests(): readonly RecordedRequest[] {
    return this.#api.requests;
  }

  /** What the assets' store was asked, which is another origin. */
  get storeRequests(): readonly RecordedRequest[] {
    return this.#store.requests;
  }

  /**
   * Makes a repository, or changes what the API tells of it.
   *
   * @param name `OWNER/REPO`
   * @param facts fields of the API's answer, such as `archived`, `description`, `topics`, `stargazers_count`
   */
  addRepository(name: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const repository = this.#find(name) ?? this.#add(name);
    repository.facts = { ...repository.facts, ...facts };
  }

  /** Makes a release. The repository is made when it isn't there. */
  publishRelease(name: string, release: PublishedRelease): void {
    (this.#find(name) ?? this.#add(name)).publish(release);
  }

  /** Removes a release, as if only its tag were left. */
  removeRelease(name: string, tag: string): void {
    this.#known(name).removeRelease(tag);
  }

  /** Sets the token without which a repository is not there, as for private ones; `undefined` makes it public. */
  setToken(name: string, token: string | undefined): void {
    this.#known(name).token = token;
  }

  /** Renames or transfers a repository: the old name redirects. */
  rename(from: string, to: string): void {
    const repository = this.#known(from);
    this.#renamed.set(from.toLowerCase(), repository);
    repository.fullName = to;
  }

  remove(name: string): void {
    this.#repositories.splice(this.#repositories.indexOf(this.#known(name)), 1);
  }

  /**
   * Lets that many requests through, then refuses until `resetAt`. Answers of 304 don't count.
   *
   * @param resetAt milliseconds since the epoch. Default: in half an hour.
   */
  limitRate(left: number, resetAt: number = Date.now() + 1_800_000): void {
    this.#limit = { left, resetAt };
  }

  /** Refuses every request with `retry-after`, as GitHub's secondary limits do. */
  limitFor(seconds: number): void {
    this.#retryAfter = seconds;
  }

  liftLimits(): void {
    this.#limit = undefined;
    this.#retryAfter = undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#api.stop(), this.#store.stop()]);
  }

  #answer(request: RecordedRequest): Answer {
    if (this.failure !== undefined) return this.failure;
    if (this.#retryAfter !== undefined) {
      return problem(403, "You have exceeded a secondary rate limit.", { "retry-after": String(this.#retryAfter) });
    }
    if (this.#limit !== undefined && this.#limit.left <= 0) {
      return problem(403, "API rate limit exceeded for 127.0.0.1.", this.#limitHeaders());
    }
    if (this.badTokens.has(request.authorization?.replace("Bearer ", "") ?? "")) return problem(401, "Bad credentials");
    const answer = this.#route(new URL(request.path.replace(/^api\/v3\//, ""), this.url), request);
    if (this.#limit !== undefined && answer.status !== 304) this.#limit.left -= 1;
    return { ...answer, headers: { ...this.#limitHeaders(), ...answer.headers } };
  }

  #route(url: URL, request: RecordedRequest): Answer {
    const path = decodeURIComponent(url.pathname);
    if (path === "/meta") return json(request, { installed_version: "3.17.0" });
    if (path === "/search/repositories") return this.#search(url.searchParams.get("q") ?? "", request);
    const [, name, id, rest = ""] = /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))(\/.*)?$/.exec(path) ?? [];
    const repository = name === undefined ? this.#repositories.find((each) => String(each.id) === id) : this.#find(name);
    const renamed = repository === undefined && name !== undefined ? this.#renamed.get(name.toLowerCase()) : undefined;
    const found = repository ?? renamed;
    if (found === undefined || !this.#repositories.includes(found) || !mayRead(found, request)) return problem(404, "Not Found");
    if (renamed === undefined) return this.#answerAbout(found, rest, url.searchParams, request);
    return problem(301, "Moved Permanently", { location: `${this.url}repositories/${renamed.id}${rest}${url.search}` });
  }

  #answerAbout(repository: GitHubRepository, rest: string, query: URLSearchParams, request: RecordedRequest): Answer {
    if (rest === "") return json(request, repository.describe());
    if (rest === "/releases") return this.#page(repository, query, request);
    const [, tag] = /^\/releases\/tags\/(.+)$/.exec(rest) ?? [];
    const release = tag === undefined ? undefined : repository.describeReleaseOf(tag, this.url);
    if (release !== undefined) return json(request, release);
    const [, assetId] = /^\/releases\/assets\/(\d+)$/.exec(rest) ?? [];
    const asset = repository.assets.find(({ id }) => String(id) === assetId);
    if (asset === undefined) return problem(404, "Not Found");
    if (request.headers.accept !== "application/octet-stream") return json(request, repository.describeAsset(asset, this.url));
    const location = this.assetAddress ?? `${this.#store.url}store/${asset.id}?signature=of-this-one`;
    return { status: 302, headers: { location } };
  }

  #page(repository: GitHubRepository, query: URLSearchParams, request: RecordedRequest): Answer {
    const size = Number(query.get("per_page") ?? 30);
    const page = Number(query.get("page") ?? 1);
    const releases = repository.describeReleases(this.url);
    const next = `<${this.url}repositories/${repository.id}/releases?per_page=${size}&page=${page + 1}>; rel="next"`;
    return json(request, releases.slice((page - 1) * size, page * size), releases.length > page * size ? { link: next } : {});
  }

  #search(query: string, request: RecordedRequest): Answer {
    const words = query.split(/\s+/);
    const topic = words.find((word) => word.startsWith("topic:"))?.slice("topic:".length);
    const terms = words.filter((word) => word !== "" && !word.includes(":"));
    const items = this.#repositories
      .filter((repository) => mayRead(repository, request))
      .map((repository) => repository.describe())
      .filter(({ topics }) => topic === undefined || (Array.isArray(topics) && topics.includes(topic)))
      .filter((each) => terms.every((term) => `${each.full_name} ${each.description}`.toLowerCase().includes(term.toLowerCase())));
    return json(request, { total_count: items.length, incomplete_results: false, items });
  }

  #answerFromStore(request: RecordedRequest): Answer {
    const [, id] = /^store\/(\d+)\?signature=/.exec(request.path) ?? [];
    const asset = this.#repositories.flatMap(({ assets }) => assets).find((each) => String(each.id) === id);
    if (request.authorization !== undefined) return problem(400, "Only one auth mechanism allowed");
    if (asset === undefined || this.assetFault === "missing") return problem(404, "The specified resource does not exist.");
    return this.#content(asset);
  }

  #content({ content }: KeptAsset): Answer {
    const headers = { "content-type": "application/octet-stream" };
    if (this.assetFault === "html")
      return { status: 200, headers: { "content-type": "text/html" }, body: "<html>Log in to the Wi-Fi</html>" };
    if (this.assetFault === "wrong-content") return { status: 200, headers, body: Buffer.concat([content, Buffer.from("x")]) };
    return { status: 200, headers, body: content, isCut: this.assetFault === "cut" };
  }

  #limitHeaders(): Record<string, string> {
    const { left, resetAt } = this.#limit ?? { left: 59, resetAt: Date.now() + 3_600_000 };
    return {
      "x-github-request-id": "0000:0000",
      "x-ratelimit-limit": "60",
      "x-ratelimit-remaining": String(Math.max(0, left)),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
    };
  }

  #add(name: string): GitHubRepository {
    this.#made += 1;
    const repository = new GitHubRepository(this.#made, name);
    this.#repositories.push(repository);
    return repository;
  }

  #find(name: string): GitHubRepository | undefined {
    return this.#repositories.find(({ fullName }) => fullName.toLowerCase() === name.toLowerCase());
  }

  #known(name: string): GitHubRepository {
    const repository = this.#find(name);
    if (repository === undefined) throw new Error(`The test made no repository ${name}`);
    return repository;
  }
}

function mayRead({ token }: GitHubRepository, { authorization }: RecordedRequest): boolean {
  return token === undefined || authorization === `Bearer ${token}`;
}
