import type { Architecture } from "@docker-machine/cloud-image";

/** A program that runs in place of a guest's firmware, and prints {@link TRIAL_PASSED} on the first serial port if all it tried has worked. */
interface TrialGuest {
  readonly romBytes: number;
  /** Machine code in base64, by its place in the ROM; the rest is zero. */
  readonly segments: Readonly<Record<number, string>>;
}

/** What a trial guest prints before it turns the machine off. */
export const TRIAL_PASSED = "trial passed\n";

/**
 * Assembled from test/support/trial-guest-*.s, which say what each does; a test assembles them again and compares. They go where an ordinary kernel goes (paging,
 * exceptions, user mode and back), and take minutes if each instruction is emulated: a KVM that opens, and even runs a BIOS, may still not boot any kernel.
 */
const GUESTS: Readonly<Record<Architecture, TrialGuest>> = {
  amd64: {
    romBytes: 0x10000,
    segments: {
      0:
        "+i5mDwEWuAEPIMBmg8gBDyLAZuoaAA8ACABmuBAAjtiOwI7QvACAAAC/AAABADHAuQAMAAD886vHBQAAAQAHEAEAxwUAEAEAByABAL8AIAEAuIcAAAC5AAIA" +
        "AIkHBQAAIACDxwji9A8g4A0gBgAADyLguAAAAQAPIti5gAAAwA8yDQEBAAAPMA8gwIPg+w0CAAGADyLA6p0ADwAYALgZAQ8AZokEJTCQAABmxwQlMpAAABgA" +
        "ZscEJTSQAAAAjsHoEInCZokUJTaQAABIxwQlOJAAAAAAAAAPAR3gAAAARTHkzEGB/KFeAAB1fLmBAADAMcC6GAAAAA8wuYIAAMC4PAEPADHSDzBqK2gAgAAA" +
        "agJqM2ghAQ8ASM9BvKFeAABIz7gUAAAAZg9uwGYPcMAAZg/+wGZBD37FDwXrK0GD/Sh1JbkA4fUF/8l1/EiNNR0AAAC5DQAAAGa6+APzbma6+QywAu6wBu4P" +
        "AR1aAAAAzHRyaWFsIHBhc3NlZAqNtAAAAAAAAAAAAAD//wAAAJvPAP//AAAAk88A//8AAACbrwD//wAAAJPPAP//AAAA888A//8AAAD7rwA3AIABDwA/AACQ",
      65520: "6Q0=",
    },
  },
  arm64: {
    romBytes: 0x1000,
    segments: {
      0:
        "QEI41R8QAPEBBQBUoAUAWAIAhNJCIADRH2gi+ML//7VBBQBYAQAA+UAFAFhhBQBYAQAA+WAFAFiBBQBYAQAA+YEFAFgBohjVgQUAWEEgGNWAAwBYACAY1R/A" +
        "GNUBBqDSQRAY1Z8/A9UfhwjVnz8D1d8/A9UBEDjVIQBAsgEQGNXfPwPVH0AY1WEAABAhQBjV4AOf1gCQZh4AKGAeAwB5ngEAANQBAAAUfyAD1f///xd0cmlh" +
        "bCBwYXNzZWQKAAAAAAAQQAAAAAADEBBAAAAAAAAQEEAAAAAAxQcAAAAAAABAEhBAAAAAAAEEAAkAAGAAAP8AAAAAAAAgAIA=",
      1024: "f6AA8SHl/1SBAQBYIQQA8eH//1Th5P8QQgEAWCAUQDhgAAA0QAAAuf3//xdAAAAYAgAA1AgAAIQA4fUFAAAAAAAAAAk=",
    },
  },
};

/** The ROM to try an accelerator with, for QEMU's `-bios`. */
export function trialRom(architecture: Architecture): Buffer {
  const { romBytes, segments } = GUESTS[architecture];
  const rom = Buffer.alloc(romBytes);
  for (const [place, code] of Object.entries(segments)) Buffer.from(code, "base64").copy(rom, Number(place));
  return rom;
}
