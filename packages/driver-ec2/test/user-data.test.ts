import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launchUserData } from "../src/user-data.js";
import { optionsOf } from "./support/ec2-world.ts";
import { errorOf } from "./support/error-of.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const decoded = async (flags: Readonly<Record<string, string>>) =>
  Buffer.from(
    (await launchUserData(optionsOf(Object.fromEntries(Object.entries(flags).map(([name, value]) => [`amazonec2-${name}`, value]))))) ?? "",
    "base64",
  );

/** The bodies of an archive's parts, by type. */
function partsOf(archive: string): Map<string, string> {
  const [, boundary = ""] = /boundary="([^"]+)"/.exec(archive) ?? [];
  const parts = archive.split(`--${boundary}`).slice(1, -1);
  return new Map(
    parts.map((part) => {
      const [head = "", body = ""] = part.trim().split(/\n\n/);
      return [/Content-Type: ([^;\n]+)/.exec(head)?.[1] ?? "", Buffer.from(body, "base64").toString()];
    }),
  );
}

test("Without a wish there is no user data", async () => {
  expect(await launchUserData(optionsOf())).toBeUndefined();
  expect(await launchUserData(optionsOf({ "amazonec2-ssh-user": "ubuntu" }))).toBeUndefined();
});

test("The user's data is joined with what keeps the login", async () => {
  const parts = partsOf((await decoded({ userdata: "#cloud-config\nusers: [{name: ann}]\n" })).toString());
  expect(parts.get("text/plain")).toBe("#cloud-config\nusers: [{name: ann}]\n");
  expect(parts.get("text/cloud-config")).toBe('#cloud-config\n{"users":["default"]}\n');
});

test("Another user than the image's own is made", async () => {
  expect((await decoded({ "ssh-user": "ann" })).toString()).toBe(
    '#cloud-config\n{"users":["default"],"user":{"name":"ann","primary_group":"ann"}}\n',
  );
  expect((await decoded({ "ssh-user": "root" })).toString()).toContain('"disable_root":false');
});

test("An image of one's own gets the data as it is", async () => {
  expect((await decoded({ ami: "ami-1", userdata: "#!/bin/sh\ntrue\n" })).toString()).toBe("#!/bin/sh\ntrue\n");
  expect(await launchUserData(optionsOf({ "amazonec2-ami": "ami-1", "amazonec2-ssh-user": "ann" }))).toBeUndefined();
});

test("A file is read, a message stays whole, and compressed data is said to be so", async () => {
  const path = join(directory, "user-data");
  await writeFile(path, "#!/bin/sh\ntrue\n");
  expect(partsOf((await decoded({ userdata: path })).toString()).get("text/plain")).toBe("#!/bin/sh\ntrue\n");
  await writeFile(path, 'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x--\n');
  expect((await decoded({ userdata: path })).toString()).toContain('\nContent-Type: multipart/mixed; boundary="x"\n');
  await writeFile(path, gzipSync("#!/bin/sh\n"));
  expect((await decoded({ userdata: path })).toString()).toContain("Content-Type: application/gzip\n");
});

test("Data that is too long is compressed where cloud-init reads it, else refused", async () => {
  const userdata = `#!/bin/sh\n${"echo hello\n".repeat(3000)}`;
  expect(partsOf(gunzipSync(await decoded({ userdata })).toString()).get("text/plain")).toBe(userdata);
  expect((await errorOf(decoded({ ami: "ami-1", userdata }))).code).toBe("EC2_USER_DATA_TOO_LARGE");
  expect((await errorOf(decoded({ userdata: `#!/bin/sh\n# ${randomBytes(20_000).toString("hex")}` }))).code).toBe(
    "EC2_USER_DATA_TOO_LARGE",
  );
});

test("A file that isn't there is said", async () => {
  expect((await errorOf(decoded({ userdata: join(directory, "missing") }))).code).toBe("EC2_USER_DATA_UNREADABLE");
});
