import { dirname } from "node:path";
import { type DriverError, isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import type { ImageHost } from "../cloud-image.js";
import { shownUrl } from "../image-url.js";
import { checkDiskSpace } from "./disk-space.js";
import type { Download } from "./download.js";
import { downloadFailed, gone, isCertificateProblem, PassingProblem, refused } from "./download-errors.js";
import { DownloadProgress } from "./download-progress.js";
import type { HttpAnswer, HttpConnection } from "./http-connection.js";
import type { PartialFile } from "./partial-file.js";

/** How patient a download is. */
export interface Pacing {
  /** Milliseconds without a byte until a connection is given up. */
  readonly silenceMs: number;
  /** Tries in a row that bring nothing until an address is given up. */
  readonly tries: number;
  /** Milliseconds before the second try; each further pause is twice as long. */
  readonly pauseMs: number;
}

/** What fetching stands on. */
export interface FileFetcherOptions {
  readonly download: Download;
  readonly host: ImageHost;
  readonly pacing: Pacing;
  readonly connection: HttpConnection;
  readonly partial: PartialFile;
}

const MAX_PAUSE_MS = 60_000;
const NEXT_ADDRESS_MAY_HELP: readonly string[] = ["IMAGE_DOWNLOAD_FAILED", "IMAGE_DOWNLOAD_REFUSED"];

/** Brings a file's bytes into a {@link PartialFile}, with as many requests as it takes. */
export class FileFetcher {
  readonly #options: FileFetcherOptions;
  #isPatchwork = false;

  constructor(options: FileFetcherOptions) {
    this.#options = options;
  }

  /** Whether the bytes came in several answers, so that they may not fit together. */
  get isPatchwork(): boolean {
    return this.#isPatchwork;
  }

  /**
   * Tries one address after the other.
   *
   * @returns the one that had the file
   */
  async fetch(): Promise<string> {
    const { download, host } = this.#options;
    let problem: DriverError | undefined;
    for (const url of download.urls) {
      try {
        if (await this.#fetchFrom(url)) return url;
      } catch (error) {
        if (!isDriverError(error) || !NEXT_ADDRESS_MAY_HELP.includes(error.code)) throw error;
        host.log.debug(error.message);
        problem = error;
      }
    }
    throw problem ?? gone(`image ${download.name}`, download.urls);
  }

  /** Returns false if there is no such file. */
  async #fetchFrom(url: string): Promise<boolean> {
    const { download, host, pacing, partial } = this.#options;
    let failures = 0;
    for (;;) {
      const before = partial.length;
      try {
        return await this.#fetchOnce(url);
      } catch (error) {
        throwIfAborted(host.signal);
        if (isDriverError(error) || isFull(error)) throw error;
        failures = partial.length > before ? 1 : failures + 1;
        if (isCertificateProblem(error) || failures >= pacing.tries) throw downloadFailed(`image ${download.name}`, url, error);
        await this.#pause(url, error as Error, failures);
      }
    }
  }

  async #pause(url: string, problem: Error, failures: number): Promise<void> {
    const { host, pacing } = this.#options;
    const askedMs = problem instanceof PassingProblem ? problem.waitMs : 0;
    const pauseMs = Math.min(MAX_PAUSE_MS, Math.max(askedMs, pacing.pauseMs * 2 ** (failures - 1)));
    host.log.debug(`${shownUrl(url)}: ${problem.message}. Going on in ${Math.round(pauseMs / 1000)} s.`);
    await host.sleep(pauseMs);
  }

  async #fetchOnce(url: string): Promise<boolean> {
    const { download, host, pacing, connection, partial } = this.#options;
    const isUnknown = download.digest === undefined;
    if (isUnknown && !partial.isResumable) await partial.startAgain();
    const headers = partial.rangeHeaders({ onlyIfUnchanged: isUnknown });
    const answer = await connection.get(url, { headers, signal: host.signal, silenceMs: pacing.silenceMs });
    try {
      return await this.#take(url, answer);
    } finally {
      answer.body.destroy();
    }
  }

  /** Reads an answer into the file. Returns false if there is no such file. */
  async #take(url: string, answer: HttpAnswer): Promise<boolean> {
    const { download, host, partial } = this.#options;
    if (answer.status === 404 || answer.status === 410) return false;
    const start = await this.#startOf(url, answer);
    if (start === "complete") return true;
    const { total } = start;
    if (total !== undefined) {
      await checkDiskSpace({ directory: dirname(download.path), bytes: total - partial.length, name: download.name });
    }
    await partial.comesFrom(answer);
    const progress = new DownloadProgress(host, download.name, partial.length, total);
    for await (const chunk of answer.body) {
      await partial.append(chunk as Buffer);
      progress.reached(partial.length);
    }
    if (total !== undefined && partial.length !== total) throw new PassingProblem(`${partial.length} bytes came, but it has ${total}`);
    return true;
  }

  /** Sees to it that the answer's body continues the file, and tells the length of the whole. */
  async #startOf(url: string, answer: HttpAnswer): Promise<{ readonly total: number | undefined } | "complete"> {
    const { download, host, partial } = this.#options;
    const { status } = answer;
    if (status === 200) {
      if (partial.length > 0) host.log.debug(`The server sends all of ${download.name} again.`);
      await partial.startAgain();
      this.#isPatchwork = false;
      return { total: numberIn(/^(\d+)$/, answer.header("content-length")) };
    }
    if (status === 206 || status === 416) {
      const range = answer.header("content-range");
      const total = numberIn(TOTAL, range);
      const isRest = status === 206 && numberIn(FIRST_BYTE, range) === partial.length && !partial.hasChanged(answer);
      const isComplete = status === 416 && total === partial.length;
      this.#isPatchwork = true;
      if (isComplete) return "complete";
      if (isRest) return { total };
      await partial.startAgain();
      throw new PassingProblem("the file has changed on the server");
    }
    if ([401, 403, 407].includes(status)) throw refused(`image ${download.name}`, url, status);
    if (status === 408 || status === 429 || status >= 500) throw new PassingProblem(`HTTP ${status}`, retryAfterMs(answer));
    throw downloadFailed(`image ${download.name}`, url, new Error(`HTTP ${status}`));
  }
}

/** `bytes 100-199/200`, and of what can't be satisfied: an asterisk for the range (RFC 9110, 14.4). */
const TOTAL = /^bytes (?:\d+-\d+|\*)\/(\d+)$/;
const FIRST_BYTE = /^bytes (\d+)-/;

function numberIn(pattern: RegExp, text: string | undefined): number | undefined {
  const digits = pattern.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(answer: HttpAnswer): number {
  const asked = answer.header("retry-after") ?? "";
  const ms = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOSPC";
}
