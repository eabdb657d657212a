/** What a path leads to, links followed. */
export interface FileStatus {
  readonly kind: "file" | "folder" | "other";
  /** The permission bits, such as `0o644`. */
  readonly mode: number;
  /** Bytes. May be wrong for files that the system makes up, such as those of /proc. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** A name in a folder. `status` is `undefined` where it must be asked for: of a link. */
export interface FolderEntry {
  readonly name: string;
  readonly status: FileStatus | undefined;
}

/** What is told of a file besides its content. */
export interface FileAttributes {
  readonly mode?: number;
  readonly modifiedAt?: Date;
}

/** A file that is open for reading or writing. */
export interface OpenFile {
  /** Reads at most as much as `buffer` holds, and returns how much it was: 0 at the end. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** Writes all of `content`. */
  write(content: Buffer, position: number): Promise<void>;
  /** Cuts off what is behind `size`. */
  truncate(size: number): Promise<void>;
  setAttributes(attributes: FileAttributes): Promise<void>;
  close(): Promise<void>;
}

/** The files of one side of a copy: of this computer, or of a machine's host. All methods but `join` and `baseName` throw a `MachineError` that names side and path. */
export interface FileSystem {
  /** Names the side in messages: `on the machine "dev"`. */
  readonly where: string;
  /** `undefined` if nothing is there. */
  status(path: string): Promise<FileStatus | undefined>;
  list(path: string): Promise<readonly FolderEntry[]>;
  /** The path without links, to know a folder again. */
  realPath(path: string): Promise<string>;
  /** Makes one that only its owner can enter, until it is complete. */
  makeFolder(path: string): Promise<void>;
  setAttributes(path: string, attributes: FileAttributes): Promise<void>;
  /** @param use `create` a new file, which only its owner can read; `overwrite` one that is there, whose content stays until it is written over */
  open(path: string, use: "read" | "create" | "overwrite"): Promise<OpenFile>;
  /** Gives a file its name, which nothing may have yet. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
  /** The path of a name in a folder. */
  join(folder: string, name: string): string;
  /** The last name of a path; empty, `.` or `..` if it has none of its own. */
  baseName(path: string): string;
  /** Whether what a host calls so can be a name here, and leads nowhere else. */
  acceptsName(name: string): boolean;
}
