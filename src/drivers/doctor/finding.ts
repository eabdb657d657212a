import type { InstallContext } from "../install-context.js";

/** What can be wrong with the drivers' folder. */
export type FindingKind =
  | "receipts-damaged"
  | "receipts-lost"
  | "unfinished"
  | "permissions"
  | "sdk-link"
  | "name-twice"
  | "name-shipped"
  | "tree-missing"
  | "tree-damaged"
  | "tree-unknown"
  | "previous-damaged"
  | "folder-missing"
  | "sdk-unfit"
  | "driver-missing";

/** Something that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  /** A driver's name, or a path. */
  readonly subject: string;
  /** A sentence. */
  readonly problem: string;
  /** What `--fix` does, as it completes "--fix ". Absent: it is left to the user. */
  readonly repair?: string;
  /** What the user can type. */
  readonly commands: readonly string[];
}

/** A finding with what repairs it. */
export interface Diagnosis extends Finding {
  /** Repairs it, under the lock of the drivers' folder. */
  readonly fix?: () => Promise<void>;
  /** Installing this source again repairs it. */
  readonly reinstall?: string;
}

/** What is looked at. */
export type ExamineContext = Pick<InstallContext, "directory" | "receipts" | "sdk"> & {
  /** The drivers that machines use. */
  readonly used: readonly UsedDriver[];
};

/** A driver that machines use. */
export interface UsedDriver {
  readonly name: string;
  /** The source that one of the machines remembers. */
  readonly source?: string;
  readonly machines: readonly string[];
}
