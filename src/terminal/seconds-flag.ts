import { MachineError } from "../errors.js";

/** The flag `--timeout`, `-t` of `ls` and `active`, in seconds. */
export const secondsFlag = {
  char: "t" as const,
  description: "Timeout in seconds",
  default: 10,
  parse: async (text: string): Promise<number> => {
    const seconds = Number(text);
    if (Number.isFinite(seconds) && seconds > 0) return seconds;
    throw new MachineError("ARGUMENTS_INVALID", `--timeout is ${JSON.stringify(text)}, but it must be a number of seconds above 0.`);
  },
};
