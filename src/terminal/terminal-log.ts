import type { Logger } from "@docker-machine/driver-sdk";

/** Where a {@link terminalLog} writes. */
export interface LogStreams {
  /** Where `info` goes: stdout for commands that report progress, stderr for those whose stdout is data. */
  readonly info: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether `debug` lines are shown. */
  readonly debug: boolean;
}

/** A logger that prints plain lines. Control characters in them are shown, not sent to the terminal. */
export function terminalLog(streams: LogStreams): Logger {
  return {
    debug: (message) => {
      if (streams.debug) streams.stderr.write(`${printable(message)}\n`);
    },
    info: (message) => void streams.info.write(`${printable(message)}\n`),
    warn: (message) => void streams.stderr.write(`${printable(message)}\n`),
  };
}

/** Text from outside with its control characters (but line feed and tab) made visible, so that it can't steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\x${character.codePointAt(0)?.toString(16).padStart(2, "0")}`);
}
