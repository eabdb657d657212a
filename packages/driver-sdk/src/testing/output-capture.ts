/** What an action printed, and whether it tried to end the process. */
export interface CapturedOutput {
  readonly text: string;
  readonly exited: boolean;
}

type ConsoleMethod = "log" | "info" | "warn" | "error" | "debug" | "trace" | "dir" | "table" | "group";

const consoleMethods: readonly ConsoleMethod[] = ["log", "info", "warn", "error", "debug", "trace", "dir", "table", "group"];

/**
 * Runs `action` while standard output, standard error, the console and `process.exit` are held.
 * A test runner may have replaced the console, so it is held besides the streams. Nothing else may print meanwhile.
 */
export async function captureOutput(action: () => Promise<void>): Promise<CapturedOutput> {
  const written: string[] = [];
  let exited = false;
  const keep = (...parts: readonly unknown[]) => {
    written.push(parts.map(String).join(" "));
  };
  const restore = replaceAll([
    ...consoleMethods.map((method) => replacement(console, method, keep)),
    ...[process.stdout, process.stderr].map((stream) =>
      replacement(stream, "write", (chunk: unknown) => {
        keep(chunk);
        return true;
      }),
    ),
    replacement(process, "exit", (() => {
      exited = true;
    }) as typeof process.exit),
  ]);
  try {
    await action();
  } finally {
    restore();
  }
  return { text: written.join("\n"), exited };
}

type Replacement = () => () => void;

function replacement<T extends object, K extends keyof T>(owner: T, key: K, value: T[K]): Replacement {
  return () => {
    const original = Object.getOwnPropertyDescriptor(owner, key);
    Object.defineProperty(owner, key, { value, configurable: true, writable: true });
    return () => {
      if (original === undefined) delete owner[key];
      else Object.defineProperty(owner, key, original);
    };
  };
}

function replaceAll(replacements: readonly Replacement[]): () => void {
  const restores = replacements.map((replace) => replace());
  return () => {
    for (const restore of restores.reverse()) restore();
  };
}
