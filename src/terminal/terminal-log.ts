import type { Logger } from "@docker-machine/driver-sdk";

/** Where a {@link TerminalLog} writes. */
export interface LogStreams {
  /** Where `info` goes: stdout for commands that report progress, stderr for those whose stdout is data. */
  readonly info: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether `debug` lines are shown. */
  readonly debug: boolean;
}

/** What has lines at the end of the terminal that change, so that other lines must go above them. */
export interface Display {
  /** Writes whole lines above. */
  above(text: string): void;
  /** Says what is being done now, where a single piece of work is shown. */
  step(text: string): void;
  /** Takes the changing lines away, until {@link resume}. */
  pause(): void;
  resume(): void;
}

/** A logger that prints plain lines, above a live display if there is one. Control characters in them are shown, not sent to the terminal. */
export class TerminalLog implements Logger {
  readonly #streams: LogStreams;
  #display: Display | undefined;

  constructor(streams: LogStreams) {
    this.#streams = streams;
  }

  debug(message: string): void {
    if (this.#streams.debug) this.#write(this.#streams.stderr, message);
  }

  info(message: string): void {
    this.#write(this.#streams.info, message);
  }

  warn(message: string): void {
    this.#write(this.#streams.stderr, message);
  }

  /** Says what is being done now, to a live display only. */
  step(text: string): void {
    this.#display?.step(text);
  }

  /** Sends lines to `display` while `action` runs. */
  async during<T>(display: Display, action: () => Promise<T>): Promise<T> {
    this.#display = display;
    try {
      return await action();
    } finally {
      this.#display = undefined;
    }
  }

  /** Runs `action` with the terminal for itself, to ask a question there. */
  async aside<T>(action: () => Promise<T>): Promise<T> {
    const display = this.#display;
    display?.pause();
    try {
      return await action();
    } finally {
      display?.resume();
    }
  }

  #write(stream: NodeJS.WriteStream, message: string): void {
    const text = `${printable(message)}\n`;
    if (this.#display !== undefined && stream.isTTY) this.#display.above(text);
    else stream.write(text);
  }
}

/** Text from outside with its control characters (but line feed and tab) made visible, so that it can't steer the terminal. */
export function printable(text: string): string {
  // The first regular expression with a Unicode property costs milliseconds, and hardly any text needs it.
  if (PLAIN.test(text)) return text;
  return text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\x${character.codePointAt(0)?.toString(16).padStart(2, "0")}`);
}

/** No control characters but line feed and tab. */
const PLAIN = /^[ -~\n\t\u00a0-\uffff]*$/;
