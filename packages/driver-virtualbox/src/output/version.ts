/** A release of VirtualBox. */
export interface VirtualBoxVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Reads `VBoxManage --version`: `7.0.12r159484`, `6.1.38_Debianr153438`. Warnings may stand before it. */
export function parseVersion(text: string): VirtualBoxVersion | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)\S*\s*$/m.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Whether a release is the given one or newer. */
export function isAtLeast(version: VirtualBoxVersion, major: number, minor = 0, patch = 0): boolean {
  return version.major !== major ? version.major > major : version.minor !== minor ? version.minor > minor : version.patch >= patch;
}
