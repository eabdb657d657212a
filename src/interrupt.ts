/** As a shell tells a process that such a signal ended: 128 and the signal's number. */
const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * A signal that SIGINT and SIGTERM abort, so that work ends where it can be continued or removed. A second one ends the process at once.
 * The exit code then tells that the command was interrupted: 130, or 143 for SIGTERM.
 *
 * @param say told once, when the first interrupt comes
 */
export function interruptSignal(say: (message: string) => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
    process.exitCode = EXIT_CODES[name];
    say(`Stopping (${name})... Once more ends it at once.`);
    controller.abort(new Error(`Interrupted by ${name}`));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
