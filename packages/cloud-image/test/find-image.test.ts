import { resolve } from "node:path";
import { isDriverError } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";
import { DEFAULT_IMAGE, type FindImageOptions, findImage } from "../src/find-image.js";

const VIRTIO: FindImageOptions = { architecture: "amd64", hardware: "virtio" };
const EMULATED: FindImageOptions = { architecture: "amd64", hardware: "emulated" };
const SHA256 = "a".repeat(64);

describe("a name", () => {
  test("is an image with a checksum", () => {
    expect(findImage(DEFAULT_IMAGE, VIRTIO)).toMatchObject({
      kind: "download",
      name: "debian-13",
      digest: expect.stringMatching(/^sha512:/),
      format: "qcow2",
      defaultUser: "debian",
    });
  });

  test("stands for another image where the hardware is emulated, if the lean kernel has no drivers for it", () => {
    expect(urlOf("debian-13", VIRTIO)).toContain("genericcloud-amd64");
    expect(urlOf("debian-13", EMULATED)).toContain("generic-amd64");
    expect(urlOf("ubuntu-24.04", EMULATED)).toBe(urlOf("ubuntu-24.04", VIRTIO));
  });

  test("stands for another image on another architecture", () => {
    expect(urlOf("ubuntu-24.04", { architecture: "arm64", hardware: "virtio" })).toContain("arm64");
  });

  test.each([
    ["debian", "debian-13"],
    ["trixie", "debian-13"],
    ["ubuntu", "ubuntu-26.04"],
    ["noble", "ubuntu-24.04"],
    ["Fedora", "fedora-44"],
    ["alpine", "alpine-3.22"],
  ])("may be %s for %s", (alias, name) => {
    expect(findImage(alias, VIRTIO)).toMatchObject({ name });
  });

  test("that is misspelt is told with the name that was probably meant, and with all names", () => {
    const error = errorOf(() => findImage("debain-13", VIRTIO));
    expect(error).toMatchObject({ code: "IMAGE_UNKNOWN", message: 'There is no image named "debain-13".' });
    expect(error.suggestions).toContain("Did you mean debian-13?");
    expect(error.suggestions.join("\n")).toMatch(/debian-13, debian-12, ubuntu-26\.04/);
  });

  test("that is nothing like any other is told without a guess", () => {
    expect(errorOf(() => findImage("windows", VIRTIO)).suggestions.join("\n")).not.toContain("Did you mean");
  });

  test("of an image without the drivers that are needed is refused, and told which have them", () => {
    const error = errorOf(() => findImage("alpine", EMULATED));
    expect(error.code).toBe("IMAGE_HARDWARE_UNSUPPORTED");
    expect(error.suggestions.join()).toContain("debian-13");
    expect(error.suggestions.join()).not.toContain("alpine");
  });
});

describe("an URL", () => {
  test.each(["=", ":"])("has its checksum behind a # (with %s)", (mark) => {
    expect(findImage(`https://example.com/x.qcow2#sha256${mark}${SHA256.toUpperCase()}`, VIRTIO)).toEqual({
      kind: "download",
      name: "https://example.com/x.qcow2",
      urls: ["https://example.com/x.qcow2"],
      digest: `sha256:${SHA256}`,
    });
  });

  test("with SHA-512 is taken, too", () => {
    expect(findImage(`http://example.com/x#sha512=${"0".repeat(128)}`, VIRTIO)).toMatchObject({ digest: `sha512:${"0".repeat(128)}` });
  });

  test("with a password is named without it", () => {
    const image = findImage(`https://me:secret@example.com/x#sha256=${SHA256}`, VIRTIO);
    expect(image).toMatchObject({ name: "https://example.com/x", urls: ["https://me:secret@example.com/x"] });
    expect(errorOf(() => findImage("https://me:secret@example.com/x#sha256=1", VIRTIO)).message).not.toContain("secret");
  });

  test("of https may lack a checksum: obtaining it tells the checksum", () => {
    expect(findImage("https://example.com/x.qcow2", VIRTIO)).not.toHaveProperty("digest");
  });

  test.each([
    ["http://example.com/x.qcow2", "has no checksum"],
    ["https://example.com/x#sha256=1234", "has no checksum behind"],
    ["https://example.com/x#md5=d41d8cd98f00b204e9800998ecf8427e", "has no checksum behind"],
    [`https://example.com/x#sha512=${SHA256}`, "has no checksum behind"],
    ["ftp://example.com/x", "is not the URL of an image"],
    ["https://", "is not the URL of an image"],
    ["file://elsewhere/x.qcow2", "is not the URL of a file on this computer"],
  ])("%s is refused", (wish, problem) => {
    const error = errorOf(() => findImage(wish, VIRTIO));
    expect(error.code).toBe("IMAGE_URL_INVALID");
    expect(error.message).toContain(problem);
  });
});

describe("a file", () => {
  test.each(["./x", "images/x", "x.qcow2", "X.IMG", "..", "."])("is what %s is", (wish) => {
    expect(findImage(wish, VIRTIO)).toEqual({ kind: "file", name: wish, path: resolve(wish) });
  });

  test("may be told by a file: URL", () => {
    expect(findImage("file:///tmp/my%20image.qcow2", VIRTIO)).toMatchObject({ kind: "file", path: resolve("/tmp/my image.qcow2") });
  });
});

function urlOf(name: string, options: FindImageOptions): string {
  const image = findImage(name, options);
  return image.kind === "download" ? image.urls[0] : image.path;
}

function errorOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (isDriverError(error)) return error;
    throw error;
  }
  throw new Error("There was no error.");
}
