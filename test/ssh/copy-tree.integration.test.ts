import { createHash, randomBytes } from "node:crypto";
import { chmod, link, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../src/process/run-process.js";
import { connectSsh } from "../../src/ssh/connect.js";
import { type CopyTreeOptions, copyTree } from "../../src/ssh/copy-tree.js";
import type { FileSystem } from "../../src/ssh/file-system.js";
import { LocalFileSystem } from "../../src/ssh/local-file-system.js";
import { expandHome, type SftpFileSystem } from "../../src/ssh/sftp-file-system.js";
import type { SshConnection } from "../../src/ssh/ssh-connection.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const LONG_AGO = new Date("2001-02-03T04:05:06Z");
const ODD_NAMES = ["with space", "quote'\"`", "line\nfeed", "-dash", "$(touch pwned)", "ünï☃", "colon:name", "star*[x]?", "back\\slash"];

describe.skipIf(sshServerUnavailable)(
  `Copies, with a real sshd${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`,
  () => {
    let directory: string;
    let server: SshServer;
    let connection: SshConnection;
    let remote: SftpFileSystem;
    const local = new LocalFileSystem();

    async function connect(): Promise<SshConnection> {
      const hostKey = { path: join(directory, "known_hosts"), alias: "dev", unknown: "record" as const };
      return connectSsh(server.endpoint, { hostKey });
    }

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
      server = await startSshServer(directory, "server");
      connection = await connect();
      remote = await connection.files('on the machine "dev"');
    });

    afterAll(async () => {
      connection?.close();
      await server?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    function options(more: Partial<CopyTreeOptions> = {}): CopyTreeOptions {
      return { recursive: false, signal: new AbortController().signal, ...more };
    }

    const ways = (): { name: string; from: FileSystem; to: FileSystem }[] => [
      { name: "to a host", from: local, to: remote },
      { name: "from a host", from: remote, to: local },
      { name: "from a host to a host", from: remote, to: remote },
    ];

    test("of a large file are exact, with its permissions and time, each way", async () => {
      const content = randomBytes(5_000_003);
      for (const { from, to } of ways()) {
        const folder = await scratchDirectory();
        await writeFile(join(folder, "a"), content, { mode: 0o640 });
        await utimes(join(folder, "a"), LONG_AGO, LONG_AGO);
        await copyTree({ files: from, path: join(folder, "a") }, { files: to, path: join(folder, "b") }, options());
        expect(hash(await readFile(join(folder, "b")))).toBe(hash(content));
        const { mode, mtime } = await stat(join(folder, "b"));
        expect([mode & 0o777, mtime]).toEqual([0o640, LONG_AGO]);
        expect(await readdir(folder)).toEqual(["a", "b"]);
      }
    });

    test("take files of every size around a chunk, and those whose size the system doesn't tell", async () => {
      const folder = await scratchDirectory();
      await mkdir(join(folder, "to"));
      for (const size of [0, 1, 32_767, 32_768, 32_769, 65_536]) {
        await writeFile(join(folder, "a"), randomBytes(size));
        for (const { from, to } of ways()) {
          await copyTree({ files: from, path: join(folder, "a") }, { files: to, path: join(folder, "to") }, options());
          expect(await readFile(join(folder, "to/a"))).toEqual(await readFile(join(folder, "a")));
        }
      }
      for (const { from, to } of ways()) {
        await copyTree({ files: from, path: "/proc/version" }, { files: to, path: join(folder, "version") }, options());
        expect(await readFile(join(folder, "version"), "utf8")).toBe(await readFile("/proc/version", "utf8"));
      }
    });

    test("write over a file that is there: it stays the same one, with its permissions and links, also when it becomes shorter", async () => {
      for (const { from, to } of ways()) {
        const folder = await scratchDirectory();
        await writeFile(join(folder, "a"), "new", { mode: 0o755 });
        await writeFile(join(folder, "b"), "much longer", { mode: 0o600 });
        await link(join(folder, "b"), join(folder, "b-too"));
        await symlink("b", join(folder, "link"));
        const { ino } = await stat(join(folder, "b"));
        await copyTree({ files: from, path: join(folder, "a") }, { files: to, path: join(folder, "link") }, options());
        expect(await readFile(join(folder, "b-too"), "utf8")).toBe("new");
        expect(await stat(join(folder, "b"))).toMatchObject({ ino, mode: 0o100600 });
        expect((await lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
      }
    });

    test("of a file onto itself leave it as it is", async () => {
      const folder = await scratchDirectory();
      const content = randomBytes(300_000);
      await writeFile(join(folder, "a"), content);
      for (const { from, to } of ways()) {
        await copyTree({ files: from, path: join(folder, "a") }, { files: to, path: join(folder, "a") }, options());
        expect(hash(await readFile(join(folder, "a")))).toBe(hash(content));
      }
    });

    test("take folders with odd names, hidden and empty ones, links followed, permissions and times kept", async () => {
      for (const { from, to } of ways()) {
        const folder = await scratchDirectory();
        const tree = join(folder, "tree");
        await mkdir(join(tree, "sub/empty"), { recursive: true });
        for (const name of [...ODD_NAMES, ".hidden"]) await writeFile(join(tree, "sub", name), name);
        await writeFile(join(folder, "outside"), "outside");
        await symlink("../outside", join(tree, "link"));
        await symlink("sub", join(tree, "link-to-sub"));
        await chmod(join(tree, "sub"), 0o555);
        await utimes(join(tree, "sub"), LONG_AGO, LONG_AGO);
        const copy = () => copyTree({ files: from, path: tree }, { files: to, path: join(folder, "copy") }, options({ recursive: true }));
        await copy();
        expect((await runProcess("diff", ["-r", tree, join(folder, "copy")])).stdout).toBe("");
        expect((await lstat(join(folder, "copy/link"))).isFile()).toBe(true);
        expect(await stat(join(folder, "copy/sub"))).toMatchObject({ mode: 0o40555, mtime: LONG_AGO });
        // The folder is there now, so the second copy goes into it.
        await copy();
        expect((await readdir(join(folder, "copy"))).sort()).toEqual(["link", "link-to-sub", "sub", "tree"]);
        await copyTree({ files: from, path: `${tree}/.` }, { files: to, path: join(folder, "copy") }, options({ recursive: true }));
        expect((await readdir(join(folder, "copy"))).sort()).toEqual(["link", "link-to-sub", "sub", "tree"]);
      }
    });

    test("of a folder need to be told so", async () => {
      const folder = await scratchDirectory();
      await expect(copyTree({ files: local, path: folder }, { files: remote, path: join(folder, "x") }, options())).rejects.toMatchObject({
        code: "COPY_FAILED",
        message: expect.stringContaining(`"${folder}" on this computer: it is a folder`),
      });
    });

    test("take what a pattern stands for, and a file of exactly that name before", async () => {
      const folder = await scratchDirectory();
      for (const name of ["one/a.log", "two/b.log", "two/.c.log", "two/d.txt"]) {
        await mkdir(join(folder, name, ".."), { recursive: true });
        await writeFile(join(folder, name), name);
      }
      await mkdir(join(folder, "to"));
      await copyTree({ files: remote, path: `${folder}/*/*.log` }, { files: local, path: join(folder, "to") }, options());
      expect(await readdir(join(folder, "to"))).toEqual(["a.log", "b.log"]);
      await writeFile(join(folder, "[a].log"), "literally");
      await copyTree({ files: remote, path: join(folder, "[a].log") }, { files: local, path: join(folder, "literal") }, options());
      expect(await readFile(join(folder, "literal"), "utf8")).toBe("literally");
      await expect(
        copyTree({ files: remote, path: `${folder}/two/*` }, { files: local, path: join(folder, "no-folder") }, options()),
      ).rejects.toMatchObject({ message: `Cannot copy to "${folder}/no-folder" on this computer: there is no such folder.` });
    });

    test("begin in the login's home folder", async () => {
      const home = (await connection.run("pwd")).stdout.trim();
      for (const path of ["", "~", "~/", "~/."]) expect(await remote.realPath(expandHome(path))).toBe(home);
      expect(["/x~y", "a/~", "~x"].map(expandHome)).toEqual(["/x~y", "a/~", "~x"]);
    });

    test("that fail name side, path and reason, and leave nothing behind", async () => {
      const folder = await scratchDirectory();
      await writeFile(join(folder, "a"), "a");
      const attempt = (from: FileSystem, path: string, to: FileSystem, target: string) =>
        copyTree({ files: from, path }, { files: to, path: target }, options()).then(
          () => "copied",
          (error: unknown) => String(error),
        );
      expect(await attempt(remote, join(folder, "no"), local, folder)).toContain(
        `Cannot read "${folder}/no" on the machine "dev": nothing of that name is there.`,
      );
      expect(await attempt(local, join(folder, "a"), remote, join(folder, "no/b"))).toMatch(/no\/.*" on the machine "dev": No such file/);
      expect(await attempt(remote, join(folder, "a"), local, join(folder, "no/b"))).toMatch(
        /no\/.*" on this computer: no such file or directory/,
      );
      expect(await attempt(local, join(folder, "a"), remote, join(folder, "b/"))).toContain("there is no such folder");
      expect(await attempt(local, "/dev/null", remote, join(folder, "b"))).toContain("it is neither a file nor a folder");
      expect(await attempt(local, join(folder, "a"), remote, "/dev/full")).toContain('"/dev/full" on the machine "dev"');
      expect(await attempt(remote, join(folder, "a"), local, "/dev/full")).toContain("no space left on device");
      expect(await attempt(local, "/proc/self/mem", remote, join(folder, "b"))).toMatch(/\/proc\/self\/mem.*on this computer: i\/o error/i);
      expect(await readdir(folder)).toEqual(["a"]);
    });

    test("of a folder go on behind what can't be copied, which is told at the end", async () => {
      const folder = await scratchDirectory();
      const tree = join(folder, "tree");
      await mkdir(tree);
      await writeFile(join(tree, "good"), "good");
      await symlink("nowhere", join(tree, "dangling"));
      await symlink(".", join(tree, "loop"));
      await runProcess("mkfifo", [join(tree, "pipe")]);
      const copying = copyTree({ files: remote, path: tree }, { files: local, path: join(folder, "copy") }, options({ recursive: true }));
      const message = await copying.catch((error: unknown) => String(error));
      for (const part of ["dangling", "leads back", "pipe", "neither a file"]) expect(message).toContain(part);
      expect(await readdir(join(folder, "copy"))).toEqual(["good"]);
    });

    test("of a folder into itself are refused", async () => {
      const folder = await scratchDirectory();
      await mkdir(join(folder, "a/b"), { recursive: true });
      await expect(
        copyTree({ files: remote, path: join(folder, "a") }, { files: remote, path: join(folder, "a/b") }, options({ recursive: true })),
      ).rejects.toMatchObject({ message: expect.stringContaining("the target is inside it") });
    });

    test("refuse names by which a host leads elsewhere", async () => {
      const folder = await scratchDirectory();
      await mkdir(join(folder, "in"));
      const hostile: FileSystem = Object.assign(Object.create(remote) as FileSystem, {
        list: async () => ["../escaped", "..", "a/b", "nul\0", "/tmp/x"].map((name) => ({ name, status: undefined })),
        where: "on the machine",
        status: (path: string) => local.status(path),
        realPath: (path: string) => local.realPath(path),
        acceptsName: () => true,
      });
      const copying = copyTree(
        { files: hostile, path: join(folder, "in") },
        { files: local, path: join(folder, "out") },
        options({ recursive: true }),
      );
      await expect(copying).rejects.toMatchObject({ code: "COPY_FAILED", message: expect.stringContaining('"../escaped"') });
      expect((await readdir(folder)).sort()).toEqual(["in", "out"]);
      expect(await readdir(join(folder, "out"))).toEqual([]);
    });

    test("that are interrupted, or lose their connection, end at once, without a half file under its name", async () => {
      const folder = await scratchDirectory();
      await runProcess("truncate", ["-s", "1G", join(folder, "a")]);
      const controller = new AbortController();
      const progress = { begin: () => ({ advance: () => controller.abort(), end: () => undefined }) };
      await expect(
        copyTree(
          { files: local, path: join(folder, "a") },
          { files: remote, path: join(folder, "b") },
          options({ signal: controller.signal, progress }),
        ),
      ).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
      expect(await readdir(folder)).toEqual(["a"]);

      const other = await connect();
      onTestFinished(() => other.close());
      const files = await other.files("there");
      const cut = { begin: () => ({ advance: () => other.close(), end: () => undefined }) };
      await expect(
        copyTree({ files: local, path: join(folder, "a") }, { files, path: join(folder, "b") }, options({ progress: cut })),
      ).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
      await expect(files.status("/")).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
      expect(await readdir(folder)).not.toContain("b");
    });

    test("of very many small files work", async () => {
      const folder = await scratchDirectory();
      await mkdir(join(folder, "a"));
      await Promise.all(Array.from({ length: 500 }, (_, index) => writeFile(join(folder, "a", String(index)), String(index))));
      await copyTree({ files: local, path: join(folder, "a") }, { files: remote, path: join(folder, "b") }, options({ recursive: true }));
      expect((await runProcess("diff", ["-r", join(folder, "a"), join(folder, "b")])).stdout).toBe("");
    });
  },
);

function hash(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
