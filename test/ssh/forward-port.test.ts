import { expect, test } from "vitest";
import { parsePortForward } from "../../src/ssh/forward-port.js";

test.each([
  ["8080:localhost:80", { bindAddress: "127.0.0.1", port: 8080, host: "localhost", hostPort: 80 }],
  ["*:8080:db:5432", { bindAddress: "", port: 8080, host: "db", hostPort: 5432 }],
  [":8080:db:5432", { bindAddress: "", port: 8080, host: "db", hostPort: 5432 }],
  ["0.0.0.0:1:a:65535", { bindAddress: "0.0.0.0", port: 1, host: "a", hostPort: 65535 }],
  ["[::1]:8080:[fe80::1]:80", { bindAddress: "::1", port: 8080, host: "fe80::1", hostPort: 80 }],
])("-L %s", (text, meant) => {
  expect(parsePortForward(text)).toEqual(meant);
});

test.each(["", "80", "80:host", "x:host:80", "0:host:80", "80:host:65536", "80::80", "a:b:80:host:80"])("-L %j is refused", (text) => {
  expect(() => parsePortForward(text)).toThrow(expect.objectContaining({ code: "ARGUMENTS_INVALID" }));
});
