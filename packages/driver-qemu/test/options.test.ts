import { DEFAULT_IMAGE } from "@docker-machine/cloud-image";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { describe, expect, test } from "vitest";
import { checkQemuOptions, qemuOptions } from "../src/options.js";

/** The options of a command line. */
function options(flags: Readonly<Record<string, string | readonly string[]>> = {}) {
  return resolveOptions(qemuOptions, { flags });
}

describe("the options of qemu", () => {
  test("begin with the driver's name, in flags and variables", () => {
    for (const { flag, env } of Object.values(qemuOptions)) {
      expect(flag).toMatch(/^qemu-/);
      expect(env).toBe(flag.toUpperCase().replaceAll("-", "_"));
    }
  });

  test("are all right as they are", () => {
    expect(() => checkQemuOptions(options())).not.toThrow();
  });

  test("default to the image that cloud-image has as default", () => {
    expect(options().image).toBe(DEFAULT_IMAGE);
  });

  test.each([
    [{ "qemu-extra-disk": ["0"] }, /--qemu-extra-disk is "0"/],
    [{ "qemu-extra-disk": [""] }, /--qemu-extra-disk is ""/],
    [{ "qemu-network-bridge": "br 0" }, /the name of a network device/],
    [{ "qemu-network-address": "192.0.2.10/24" }, /absent with --qemu-network user/],
    [{ "qemu-network": "tap", "qemu-network-address": "192.0.2.10" }, /length of its network's prefix/],
    [{ "qemu-network": "tap", "qemu-network-address": "192.0.2.10/33" }, /length of its network's prefix/],
    [{ "qemu-network": "tap", "qemu-network-gateway": "192.0.2.1" }, /absent without --qemu-network-address/],
    [{ "qemu-network": "tap", "qemu-network-address": "192.0.2.10/24", "qemu-network-dns": ["dns"] }, /must be an IP address/],
    [{ "qemu-port": ["80"] }, /--qemu-port is "80"/],
    [{ "qemu-share": ["src"] }, /--qemu-share is "src"/],
  ])("are refused: %j", (flags, message) => {
    expect(() => checkQemuOptions(options(flags))).toThrow(message);
  });

  test("take a fixed address on a network of this computer", () => {
    const flags = {
      "qemu-network": "bridge",
      "qemu-network-address": "2001:db8::2/64",
      "qemu-network-gateway": "2001:db8::1",
      "qemu-network-dns": ["192.0.2.53"],
    };
    expect(() => checkQemuOptions(options(flags))).not.toThrow();
  });
});
