import { clearLine, cursorTo } from "node:readline";
import type { CopyProgress } from "../machines/copy-files.js";
import { elapsed } from "./elapsed.js";
import { printable } from "./terminal-log.js";

const REDRAW_MS = 100;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A line at the end of a terminal that shows how far a copy is: the file that was begun last, all bytes, the rate, the time. The last one stays. */
export class CopyBar implements CopyProgress, Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  readonly #timer = setInterval(() => this.#draw(), REDRAW_MS);
  #file = "";
  #files = 0;
  #bytes = 0;
  #expected = 0;

  /** @param stream a terminal */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  begin(path: string, size: number): ReturnType<CopyProgress["begin"]> {
    this.#file = path;
    this.#expected += size;
    return {
      advance: (bytes) => {
        this.#bytes += bytes;
      },
      end: () => {
        this.#files += 1;
      },
    };
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#file === "") return;
    this.#file = `${this.#files} ${this.#files === 1 ? "file" : "files"}`;
    this.#draw();
    this.#stream.write("\n");
  }

  #draw(): void {
    if (this.#file === "") return;
    const milliseconds = performance.now() - this.#startedAt;
    // How much a folder holds is not known before its end: of what was begun, then.
    const percent = this.#expected === 0 ? 100 : Math.min(100, Math.floor((100 * this.#bytes) / this.#expected));
    const rate = `${amount((1000 * this.#bytes) / Math.max(1, milliseconds))}/s`;
    const numbers = `${percent}%  ${amount(this.#bytes)}  ${rate}  ${elapsed(milliseconds)}`;
    const name = printable(this.#file).replaceAll(/\s/g, " ");
    // A terminal that doesn't know its size says 0.
    const room = Math.max(1, (this.#stream.columns || 80) - numbers.length - 3);
    cursorTo(this.#stream, 0);
    this.#stream.write(`${name.length > room ? `…${name.slice(1 - room)}` : name}  ${numbers}`);
    clearLine(this.#stream, 1);
  }
}

function amount(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
