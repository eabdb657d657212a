/** What an engine demands of a client, and what the client checks the engine by. All PEM. */
export interface EngineCredentials {
  readonly ca: string | Buffer;
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What Docker says of itself. */
export interface EngineVersion {
  /** Such as `24.0.7`. */
  readonly version: string;
  /** Such as `1.43`. */
  readonly apiVersion: string;
}

/** How long a request may take. */
export interface EngineRequestOptions {
  /** Milliseconds for the whole request. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Reads ca.pem, cert.pem and key.pem of a machine's folder. */
export async function readEngineCredentials(_directory: string): Promise<EngineCredentials> {
  throw new Error("not yet");
}

/** Asks the engine at `url` (`tcp://host:port`) for its version, with TLS verified both ways. */
export async function engineVersion(
  _url: string,
  _credentials: EngineCredentials,
  _options: EngineRequestOptions = {},
): Promise<EngineVersion> {
  throw new Error("not yet");
}
