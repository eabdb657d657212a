/** A repository whose tree is made of objects by hand. */
export interface HostileRepository {
  readonly name: string;
  /** Makes the top folder's entries, as `git mktree` takes them, besides the driver's own files. `put` adds an object and returns its name. */
  readonly make: (put: Put) => string[];
  readonly code: string;
  readonly says: RegExp;
}

/** Adds an object to the repository. */
export interface Put {
  blob(content: Buffer | string): string;
  tree(entries: readonly string[]): string;
}

const MIB = 1024 * 1024;

/** Repositories that must not be unpacked. */
export const HOSTILE_REPOSITORIES: readonly HostileRepository[] = [
  {
    name: "ten billion files in twelve objects",
    make: (put) => {
      let entry = `100644 blob ${put.blob("x")}`;
      for (let level = 0; level < 10; level += 1) {
        const each = entry;
        entry = `040000 tree ${put.tree(Array.from({ length: 10 }, (_, index) => `${each}\tx${index}`))}`;
      }
      return [`${entry}\tbomb`];
    },
    code: "DRIVER_TOO_LARGE",
    says: /more than 50000 entries/,
  },
  {
    name: "ten billion empty folders",
    make: (put) => {
      let tree = put.tree([]);
      for (let level = 0; level < 10; level += 1) {
        const each = tree;
        tree = put.tree(Array.from({ length: 10 }, (_, index) => `040000 tree ${each}\tx${index}`));
      }
      return [`040000 tree ${tree}\tbomb`];
    },
    code: "DRIVER_TOO_LARGE",
    says: /more than 50000 entries/,
  },
  {
    name: "a hundred folders in each other",
    make: (put) => {
      let entry = `100644 blob ${put.blob("x")}`;
      for (let level = 0; level < 100; level += 1) entry = `040000 tree ${put.tree([`${entry}\tx`])}`;
      return [`${entry}\tdeep`];
    },
    code: "DRIVER_TOO_LARGE",
    says: /more than 64 folders deep/,
  },
  {
    name: "a gigabyte in one small object",
    make: (put) => {
      const zeros = put.blob(Buffer.alloc(64 * MIB));
      return [`040000 tree ${put.tree(Array.from({ length: 16 }, (_, index) => `100644 blob ${zeros}\tz${index}`))}\tzeros`];
    },
    code: "DRIVER_TOO_LARGE",
    says: /unpacks to more than 512 MiB/,
  },
  {
    name: "a folder that leads out",
    make: (put) => [`040000 tree ${put.tree([`100644 blob ${put.blob("x")}\tescaped`])}\t..`],
    code: "DRIVER_TARBALL_UNSAFE",
    says: /leads out of its folder/,
  },
  {
    name: "a symbolic link out",
    make: (put) => [`120000 blob ${put.blob("/etc/passwd")}\tlink`],
    code: "DRIVER_TARBALL_UNSAFE",
    says: /is a link to "\/etc\/passwd"/,
  },
];
