const INTERRUPTED_EXIT_CODE = 130;

/**
 * A signal that SIGINT and SIGTERM abort, so that work ends where it can be continued or removed. A second one ends the process at once.
 *
 * @param say told once, when the first interrupt comes
 */
export function interruptSignal(say: (message: string) => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    say(`Stopping (${name})... Once more ends it at once.`);
    controller.abort(new Error(`Interrupted by ${name}`));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
