import { describe, expect, test } from "vitest";
import { hostOfUrl } from "../src/host-of-url.js";

describe("hostOfUrl", () => {
  test.each([
    ["tcp://127.0.0.1:2376", "127.0.0.1:2376"],
    ["tcp://user:password@example.org:1/path?query#fragment", "example.org:1"],
    ["tcp://[::1]:2376", "[::1]:2376"],
    ["https://example.org", "example.org"],
    ["//example.org:1", "example.org:1"],
    ["tcp://example.org:", "example.org:"],
    ["unix:///var/run/docker.sock", ""],
    ["none", ""],
    ["localhost:2376", ""],
    ["/path:1", ""],
    ["tcp://example.org/?q=%zz", "example.org"],
  ])("finds in %s the host %j", (url, host) => {
    expect(hostOfUrl(url)).toBe(host);
  });

  test.each([
    "tcp://%zz",
    ":foo",
    "build_1:2376",
    "127.0.0.1:2376",
    "tcp://example.org:port",
    "tcp://[::1",
    "tcp://a:1:2",
    "tcp://a b:1",
    "tcp://a\n:1",
  ])("refuses %j", (url) => {
    expect(() => hostOfUrl(url)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });
});
