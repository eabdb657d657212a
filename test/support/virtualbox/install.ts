import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EditionSettings } from "./model/edition.ts";
import { removeInterface } from "./network/kernel-interfaces.ts";
import { type Residue, residueOf } from "./residue.ts";

/** A VirtualBox of its own: nothing of it is shared with another one but the kernel's interface names. */
export interface VirtualBoxWorld {
  /** The folder with `VBoxManage`; goes first in PATH. */
  readonly bin: string;
  /** Its state, default machine folder and processes' sockets. */
  readonly home: string;
  /** Stands for /etc/vbox/networks.conf; absent until a test writes it. */
  readonly networksConfiguration: string;
  /** The environment of this process, with `VBoxManage` in PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs VBoxManage and waits. */
  run(...args: readonly string[]): { readonly stdout: string; readonly stderr: string; readonly code: number };
  /** What is left of machines and networks. */
  residue(): Promise<Residue>;
  /** Ends and removes all of it. */
  close(): Promise<void>;
}

/** How {@link installVirtualBox} sets it up; what is absent is VirtualBox 7.0 on a Linux host, without kernel interfaces. */
export type VirtualBoxOptions = Partial<Omit<EditionSettings, "networksConfiguration">> & {
  /** The file that stands for /etc/vbox/networks.conf. Default: one in the home that isn't there. */
  readonly networksConfiguration?: string;
};

/** Where Node keeps the stand-in's compiled modules: without it, it would strip their types each time, for some 200 ms. */
const COMPILE_CACHE = join(tmpdir(), "virtualbox-compile-cache");

/** Installs the stand-in into a fresh folder. */
export function installVirtualBox(options: VirtualBoxOptions = {}): VirtualBoxWorld {
  const root = mkdtempSync(join(tmpdir(), "virtualbox-"));
  const [home, bin] = [join(root, "home"), join(root, "bin")];
  for (const folder of [home, bin, join(home, "run")]) mkdirSync(folder);
  const settings: EditionSettings = {
    version: "7.0.20",
    platform: "linux",
    architecture: "x86",
    hasKernelNetwork: false,
    accelerator: "tcg,thread=multi",
    networksConfiguration: join(home, "networks.conf"),
    ...options,
  };
  writeFileSync(join(home, "stand-in.json"), JSON.stringify(settings));
  const program = fileURLToPath(new URL("./main.ts", import.meta.url));
  const quoted = [process.execPath, "--disable-warning=ExperimentalWarning", program]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  const executable = join(bin, "VBoxManage");
  // Options for the caller's own Node are none for this one.
  writeFileSync(
    executable,
    `#!/bin/sh\nunset NODE_OPTIONS\nNODE_COMPILE_CACHE='${COMPILE_CACHE}' VIRTUALBOX_STANDIN_HOME='${home}' exec ${quoted} "$@"\n`,
  );
  chmodSync(executable, 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
  return {
    ...{ bin, home, env, networksConfiguration: settings.networksConfiguration },
    run: (...args) => {
      const { stdout, stderr, status } = spawnSync(executable, args, { encoding: "utf8", env });
      return { stdout, stderr, code: status ?? -1 };
    },
    residue: () => residueOf(home),
    close: async () => {
      const residue = await residueOf(home);
      for (const { pid } of residue.processes) process.kill(pid, "SIGKILL");
      for (const name of residue.interfaces) removeInterface(name);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
