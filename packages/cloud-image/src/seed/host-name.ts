/** RFC 1123, 2.1: a label has 63 characters at most. Linux allows a whole name 64 bytes. */
const MAX_LENGTH = 63;

/** A guest's name: `short` is its first label, `full` the whole. */
export interface HostName {
  readonly short: string;
  readonly full: string;
}

/** The nearest host name that RFC 1123 allows: letters, digits and inner dashes, in labels joined by dots, 63 characters in all. */
export function hostNameOf(machineName: string): HostName {
  const labels = machineName
    .replaceAll(/[^A-Za-z0-9.-]/g, "-")
    .split(".")
    .map((label) => label.replaceAll(/^-+|-+$/g, ""))
    .filter((label) => label !== "");
  const full =
    labels
      .join(".")
      .slice(0, MAX_LENGTH)
      .replace(/[.-]+$/, "") || "machine";
  return { short: full.split(".", 1)[0] ?? full, full };
}
