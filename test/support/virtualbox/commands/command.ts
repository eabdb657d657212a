import type { Service } from "../model/service.ts";

/** What a command works with. */
export interface CommandContext {
  readonly service: Service;
  /** The words after the command's name. */
  readonly args: readonly string[];
  /** Writes a line to stdout at once. */
  print(line: string): void;
  /** Writes to stderr as it is: progress and warnings. */
  printError(text: string): void;
}

/** A VBoxManage command; what it resolves to is the exit code, 0 by default. */
export type Command = (context: CommandContext) => Promise<number | undefined> | Promise<void>;

/** What showProgress() leaves on stderr of something that went well (VBoxManage.cpp). */
export const WHOLE_PROGRESS = "0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n";
