import { MachineError } from "../errors.js";
import { parsedFlag } from "./flags.js";

/** The flag `--timeout`, `-t` of `ls` and `active`, in seconds. */
export const timeoutFlag = parsedFlag({
  char: "t",
  description: "Timeout in seconds",
  default: 10,
  read: (text): number => {
    const seconds = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(seconds) && seconds > 0) return seconds;
    throw new MachineError("ARGUMENTS_INVALID", "it must be a number of seconds above 0.");
  },
});
