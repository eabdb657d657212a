import type { Logger } from "@docker-machine/driver-sdk";

/** A log that keeps what it is told. */
export class RecordingLog implements Logger {
  readonly lines: string[] = [];

  debug(message: string): void {
    this.lines.push(`debug: ${message}`);
  }

  info(message: string): void {
    this.lines.push(message);
  }

  warn(message: string): void {
    this.lines.push(`warn: ${message}`);
  }
}
