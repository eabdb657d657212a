import type { ImageHost } from "../cloud-image.js";
import { shownSize } from "./shown-size.js";

const SAY_EVERY_MS = 500;

/** Tells how far a download has come, twice a second at most. */
export class DownloadProgress {
  readonly #host: Pick<ImageHost, "progress">;
  readonly #name: string;
  readonly #total: number | undefined;
  readonly #startedAt = performance.now();
  readonly #startedWith: number;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** @param total bytes in all, where the server told */
  constructor(host: Pick<ImageHost, "progress">, name: string, startedWith: number, total: number | undefined) {
    this.#host = host;
    this.#name = name;
    this.#startedWith = startedWith;
    this.#total = total;
  }

  /** @param length bytes that are there now */
  reached(length: number): void {
    const now = performance.now();
    if (now - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = now;
    const bytesPerSecond = ((length - this.#startedWith) * 1000) / Math.max(1, now - this.#startedAt);
    const share =
      this.#total === undefined ? shownSize(length) : `${Math.floor((length / this.#total) * 100)} % of ${shownSize(this.#total)}`;
    this.#host.progress(`Downloading ${this.#name}: ${share}, ${shownSize(bytesPerSecond)}/s`);
  }
}
