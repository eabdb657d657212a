import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The computer that VirtualBox believes to run on. */
export type Platform = "linux" | "darwin" | "win32";

/** What a stand-in was installed as: `stand-in.json` of its home; the environment goes before it. */
export interface EditionSettings {
  /** As VirtualBox numbers itself: `7.0.20`. Environment: VIRTUALBOX_STANDIN_VERSION. */
  readonly version: string;
  /** Environment: VIRTUALBOX_STANDIN_PLATFORM. */
  readonly platform: Platform;
  readonly architecture: "x86" | "arm";
  /** The file that stands for /etc/vbox/networks.conf. Environment: VIRTUALBOX_STANDIN_NETWORKS_CONF. */
  readonly networksConfiguration: string;
  /** Whether host-only interfaces are made in the kernel; that needs root, and without it no machine starts that has one. */
  readonly hasKernelNetwork: boolean;
  /** QEMU's -accel. */
  readonly accelerator: string;
}

/** Subversion revisions that real releases print after their version. */
const REVISIONS: Record<string, number> = { "6.1.26": 145957, "6.1.50": 161033, "7.0.20": 163906, "7.1.6": 167084 };

/** Which VirtualBox this is, and what follows from it. */
export class Edition implements EditionSettings {
  readonly version: string;
  readonly platform: Platform;
  readonly architecture: "x86" | "arm";
  readonly networksConfiguration: string;
  readonly hasKernelNetwork: boolean;
  readonly accelerator: string;

  constructor(settings: EditionSettings) {
    this.version = settings.version;
    this.platform = settings.platform;
    this.architecture = settings.architecture;
    this.networksConfiguration = settings.networksConfiguration;
    this.hasKernelNetwork = settings.hasKernelNetwork;
    this.accelerator = settings.accelerator;
  }

  /** Reads `stand-in.json` of a home. */
  static of(home: string, env: NodeJS.ProcessEnv): Edition {
    const settings = JSON.parse(readFileSync(join(home, "stand-in.json"), "utf8")) as EditionSettings;
    return new Edition({
      ...settings,
      version: env.VIRTUALBOX_STANDIN_VERSION ?? settings.version,
      platform: (env.VIRTUALBOX_STANDIN_PLATFORM as Platform | undefined) ?? settings.platform,
      networksConfiguration: env.VIRTUALBOX_STANDIN_NETWORKS_CONF ?? settings.networksConfiguration,
    });
  }

  /** What `VBoxManage --version` prints. */
  get versionLine(): string {
    return `${this.version}r${REVISIONS[this.version] ?? 160000}`;
  }

  /** Whether this release is that one or a later one: `isAtLeast(6, 1, 28)`. */
  isAtLeast(...wanted: readonly number[]): boolean {
    const own = this.version.split(".").map(Number);
    for (const [place, number] of wanted.entries()) {
      const difference = (own[place] ?? 0) - number;
      if (difference !== 0) return difference > 0;
    }
    return true;
  }

  /** VirtualBox 7 on macOS took host-only interfaces away and brought host-only networks (vmnet); manual, "Host-Only Networking". */
  get hasHostOnlyNetworks(): boolean {
    return this.platform === "darwin" && this.isAtLeast(7);
  }

  /** Since 6.1.28 addresses of host-only networks are limited, not so on Windows; manual, "Host-Only Networking". */
  get limitsHostOnlyRanges(): boolean {
    return this.platform !== "win32" && this.isAtLeast(6, 1, 28);
  }
}
