import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { writeSeed } from "@docker-machine/cloud-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./free-port.js";
import { vmContainerImage, vmImage, vmImageImpossible } from "./vm-image.js";

const run = promisify(execFile);

describe.skipIf(vmImageImpossible !== undefined)(
  `the image for virtual machines${vmImageImpossible === undefined ? "" : ` (skipped: ${vmImageImpossible})`}`,
  () => {
    let directory: string;
    let qemu: ChildProcess | undefined;
    let port: number;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-vm-image-"));
      port = await freePort();
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, "key")]);
      const publicKey = (await readFile(join(directory, "key.pub"), "utf8")).trim();
      await writeSeed(join(directory, "seed.iso"), { instanceId: "one", hostname: "guest-of-a-test", user: "debian", publicKey });
      await run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", await vmImage(), join(directory, "disk.qcow2"), "9G"]);
      qemu = spawn("qemu-system-x86_64", virtualBoxHardware(directory, port), { stdio: ["ignore", "inherit", "inherit"] });
      await guestAnswers();
    });
    afterAll(async () => {
      if (qemu?.exitCode === null) {
        qemu.kill("SIGKILL");
        await once(qemu, "close");
      }
      await rm(directory, { recursive: true, force: true });
    });

    /** Runs a command in the guest, as the user that cloud-init made. */
    const guest = async (command: string, input: string | Buffer = "") => {
      const known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];
      const login = [
        "-o",
        "BatchMode=yes",
        "-o",
        "ConnectTimeout=10",
        "-i",
        join(directory, "key"),
        "-p",
        String(port),
        "debian@127.0.0.1",
      ];
      const running = run("ssh", [...known, ...login, command]);
      running.child.stdin?.end(input);
      return (await running).stdout.trim();
    };

    async function guestAnswers(): Promise<void> {
      while (qemu?.exitCode === null) {
        try {
          await guest("true");
          return;
        } catch {
          await sleep(500);
        }
      }
      throw new Error("QEMU ended.");
    }

    it("boots by its own loader from what VirtualBox emulates, and takes the name and the key of its seed", async () => {
      expect(await guest("uname -n; readlink /sys/class/net/*/device/driver; findmnt -no SOURCE /")).toMatch(
        /^guest-of-a-test\n\S+\/e1000\n\/dev\/sda1$/,
      );
    });

    it("has a root file system that grew with the disk", async () => {
      expect(Number(await guest("df --output=size --block-size=1M / | tail -1"))).toBeGreaterThan(8000);
    });

    it("has an identity of its own", async () => {
      expect(await guest("cat /etc/machine-id")).toMatch(/^[0-9a-f]{32}$/);
      expect(await guest("ls /etc/ssh/ssh_host_*_key.pub")).not.toBe("");
    });

    it("has Docker, which runs a container", async () => {
      await guest("sudo docker import - busybox", await readFile(await vmContainerImage()));
      expect(await guest("sudo docker run --rm busybox echo hello from a container")).toBe("hello from a container");
    });
  },
);

/** The disks and the network card of a machine in VirtualBox, and nothing to boot but the disk. */
function virtualBoxHardware(directory: string, port: number): readonly string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max,svm=off,vmx=off"],
    ...["-m", "768", "-smp", "2", "-display", "none", "-device", "ich9-ahci,id=sata"],
    ...[
      "-drive",
      `id=disk,if=none,format=qcow2,cache=unsafe,file=${join(directory, "disk.qcow2")}`,
      "-device",
      "ide-hd,drive=disk,bus=sata.0",
    ],
    ...["-drive", `id=seed,if=none,media=cdrom,format=raw,readonly=on,file=${join(directory, "seed.iso")}`],
    ...["-device", "ide-cd,drive=seed,bus=sata.1", "-netdev", `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...["-device", "e1000,netdev=net,romfile="],
  ];
}
