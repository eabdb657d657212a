import { switchFlag } from "./command-line/flags.js";
import type { InstallWishes } from "./drivers/candidate.js";

/** `--offline` of whatever fetches drivers. */
export const offlineFlag = switchFlag({ description: "Fetch nothing: use what is in caches ($MACHINE_OFFLINE sets it for all)" });

/** Of whatever may ask. */
const yesFlag = switchFlag({ char: "y", description: "Ask nothing: agree beforehand" });

/** The flags of whatever brings another version of a driver. */
export const updateFlags = {
  pre: switchFlag({ description: "Pre-releases count as newest" }),
  "allow-unverified": switchFlag({
    description: "Take what can't be checked: a program without a checksum, a signature whose keys can't be had",
  }),
  "allow-scripts": switchFlag({ description: "Run install scripts, after showing them" }),
  offline: offlineFlag,
  yes: yesFlag,
} as const;

/** The flags of whatever installs a driver. */
export const installFlags = {
  pin: switchFlag({ description: "Keep just this version: updates pass it over" }),
  ...updateFlags,
} as const;

/** What {@link installFlags} or {@link updateFlags} say. */
export function installWishes(flags: Readonly<Record<keyof typeof updateFlags, boolean>> & { readonly pin?: boolean }): InstallWishes {
  return {
    pin: flags.pin === true,
    pre: flags.pre,
    allowUnverified: flags["allow-unverified"],
    allowScripts: flags["allow-scripts"],
    offline: flags.offline,
    yes: flags.yes,
  };
}
