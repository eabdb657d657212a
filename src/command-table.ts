import type { Command } from "./command-line/define-command.js";

/** Loads the file of a command. */
export type LoadCommand = () => Promise<{ readonly default: Command }>;

/** The program's own commands, by the words that name them. Each is loaded when it is called. */
export const commandTable: Readonly<Record<string, LoadCommand>> = {
  active: () => import("./commands/active.js"),
  autocomplete: () => import("./commands/autocomplete.js"),
  "autocomplete script": () => import("./commands/autocomplete/script.js"),
  complete: () => import("./commands/complete.js"),
  config: () => import("./commands/config.js"),
  create: () => import("./commands/create.js"),
  "driver bundle": () => import("./commands/driver/bundle.js"),
  "driver info": () => import("./commands/driver/info.js"),
  "driver install": () => import("./commands/driver/install.js"),
  "driver list": () => import("./commands/driver/list.js"),
  "driver lock": () => import("./commands/driver/lock.js"),
  "driver outdated": () => import("./commands/driver/outdated.js"),
  "driver rollback": () => import("./commands/driver/rollback.js"),
  "driver search": () => import("./commands/driver/search.js"),
  "driver uninstall": () => import("./commands/driver/uninstall.js"),
  "driver update": () => import("./commands/driver/update.js"),
  env: () => import("./commands/env.js"),
  help: () => import("./commands/help.js"),
  inspect: () => import("./commands/inspect.js"),
  ip: () => import("./commands/ip.js"),
  kill: () => import("./commands/kill.js"),
  ls: () => import("./commands/ls.js"),
  mount: () => import("./commands/mount.js"),
  provision: () => import("./commands/provision.js"),
  "regenerate-certs": () => import("./commands/regenerate-certs.js"),
  restart: () => import("./commands/restart.js"),
  rm: () => import("./commands/rm.js"),
  scp: () => import("./commands/scp.js"),
  "sftp-server": () => import("./commands/sftp-server.js"),
  ssh: () => import("./commands/ssh.js"),
  start: () => import("./commands/start.js"),
  status: () => import("./commands/status.js"),
  stop: () => import("./commands/stop.js"),
  upgrade: () => import("./commands/upgrade.js"),
  url: () => import("./commands/url.js"),
  version: () => import("./commands/version.js"),
};
