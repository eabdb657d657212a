/** What the machine's process says when the machine runs; anything else is a problem. */
export const STARTED = "started\n";
