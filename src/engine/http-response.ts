/** An answer of an HTTP server. */
export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

const END_OF_HEAD = "\r\n\r\n";
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |\r|$)/;

/**
 * Reads the answer to a GET request (RFC 9112) from what has arrived of it. One that only says that another will follow (1xx) is skipped.
 *
 * @param isComplete whether the server has closed the connection, so that no more will come
 * @returns `undefined` while something is missing
 * @throws {Error} if it is no HTTP, or was cut off
 */
export function readHttpResponse(bytes: Buffer, isComplete: boolean): HttpResponse | undefined {
  const end = bytes.indexOf(END_OF_HEAD, 0, "latin1");
  if (end === -1) return isComplete || !mayBeHttp(bytes) ? failed(bytes) : undefined;
  const head = bytes.toString("latin1", 0, end);
  const status = Number(STATUS_LINE.exec(head)?.[1] ?? failed(bytes));
  const rest = bytes.subarray(end + END_OF_HEAD.length);
  if (status < 200) return readHttpResponse(rest, isComplete);
  const body = bodyOf(rest, { status, headers: headersOf(head), isComplete });
  if (body !== undefined) return { status, body: body.toString("utf8") };
  return isComplete ? cutOff() : undefined;
}

interface BodyOptions {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly isComplete: boolean;
}

function bodyOf(bytes: Buffer, { status, headers, isComplete }: BodyOptions): Buffer | undefined {
  if (status === 204 || status === 304) return Buffer.alloc(0);
  if (/\bchunked\s*$/i.test(headers.get("transfer-encoding") ?? "")) return joinChunks(bytes);
  const length = headers.get("content-length");
  if (length === undefined) return isComplete ? bytes : undefined;
  if (!/^\d{1,15}$/.test(length)) throw new Error(`The answer's Content-Length is ${JSON.stringify(length)}.`);
  return bytes.length < Number(length) ? undefined : bytes.subarray(0, Number(length));
}

/** Trailers behind the last chunk are not waited for. */
function joinChunks(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd === -1) return undefined;
    const [, digits] = /^([\da-f]{1,8})\s*(?:;|$)/i.exec(bytes.toString("latin1", at, lineEnd)) ?? [];
    if (digits === undefined) throw new Error("The answer has a chunk without a size.");
    const size = Number.parseInt(digits, 16);
    if (size === 0) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return undefined;
    chunks.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}

function headersOf(head: string): ReadonlyMap<string, string> {
  const lines = head.split("\r\n").slice(1);
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, Math.max(colon, 0)).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function mayBeHttp(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, "HTTP/1.".length);
  return "HTTP/1.".startsWith(start);
}

function failed(bytes: Buffer): never {
  if (bytes.length === 0) throw Object.assign(new Error("the connection was closed without an answer"), { code: "ECONNRESET" });
  if (mayBeHttp(bytes)) cutOff();
  throw new Error(`what answers does not speak HTTP/1.1: ${JSON.stringify(bytes.toString("latin1", 0, 40))}`);
}

function cutOff(): never {
  throw new Error("the answer was cut off");
}
