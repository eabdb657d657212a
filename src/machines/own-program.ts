import type { MachineContext } from "./machine-context.js";

/** How another program runs this one, to reach a machine with its key and its recorded host key. */
export interface OwnProgram {
  /** The program and its first arguments. */
  readonly words: readonly string[];
  /** Makes it work on the same store. */
  readonly env: Readonly<Record<string, string>>;
}

/** This program, as it runs now. */
export function ownProgram({ store }: MachineContext): OwnProgram {
  const [, script = ""] = process.argv;
  return { words: [process.execPath, script], env: { MACHINE_STORAGE_PATH: store.paths.storagePath } };
}
