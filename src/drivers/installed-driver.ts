import type { Receipt } from "./receipts.js";
import type { ShippedDriver } from "./shipped.js";

/** A driver in the list of what is there. */
export interface InstalledDriver {
  readonly name: string;
  readonly kind: "shipped" | "installed" | "linked";
  readonly version: string;
  readonly source: string;
  /** Absent for a shipped one. */
  readonly receipt?: Receipt;
}

/** A shipped driver in that list. */
export function describeShipped({ name, version }: ShippedDriver): InstalledDriver {
  return { name, kind: "shipped", version, source: name };
}

/** An installed or linked driver in that list. */
export function describeReceipt(receipt: Receipt): InstalledDriver {
  const { name, version, source, linked } = receipt;
  return { name, kind: linked ? "linked" : "installed", version, source, receipt };
}
