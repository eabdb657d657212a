import type { InstallStep } from "./drivers/install-context.js";

/** What a live display says while a driver is installed. */
export const installSteps: Readonly<Record<InstallStep, string>> = {
  sweep: "Making room",
  resolve: "Looking for its newest version",
  trust: "Checking whether it is trusted",
  unpack: "Fetching and unpacking",
  dependencies: "Installing its dependencies",
  record: "Checking all its files",
  import: "Loading it for the first time",
  swap: "Putting it into its place",
  receipt: "Putting it into its place",
};
