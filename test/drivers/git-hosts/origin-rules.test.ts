import { expect, test } from "vitest";
import { firstHop, nextHop } from "../../../src/drivers/git-hosts/origin-rules.js";
import { errorOf } from "../../support/error-of.js";

const API = "https://api.github.com";

function redirect(from: string, to: string | undefined) {
  return nextHop(firstHop(new URL(from), API), to, API);
}

test.each([
  ["the same origin", `${API}/a`, "/b", `${API}/b`, false],
  ["another host", `${API}/a`, "https://objects.example/b?signature=1", "https://objects.example/b?signature=1", true],
  ["another port", `${API}/a`, "https://api.github.com:8443/b", "https://api.github.com:8443/b", true],
  ["a host whose name begins alike", `${API}/a`, "https://api.github.com.evil.example/", "https://api.github.com.evil.example/", true],
  ["an address without a protocol", `${API}/a`, "//evil.example/b", "https://evil.example/b", true],
  ["a name and password", `${API}/a`, "https://u:p@objects.example/b", "https://objects.example/b", true],
])("a redirect to %s", (_, from, to, address, hasLeft) => {
  const hop = redirect(from, to);
  expect(hop.address.href).toBe(address);
  expect(hop.hasLeft).toBe(hasLeft);
});

test("who has left the origin has left it for good", () => {
  const away = redirect(`${API}/a`, "https://objects.example/b");
  expect(nextHop(away, `${API}/c`, API).hasLeft).toBe(true);
});

test.each([
  ["without encryption", "http://objects.example/b", "SOURCE_INSECURE"],
  ["to this computer's own servers", "http://127.0.0.1:8080/shutdown", "SOURCE_INSECURE"],
  ["with another protocol", "file:///etc/passwd", "SOURCE_INSECURE"],
  ["to nowhere", undefined, "SOURCE_ANSWER_INVALID"],
  ["to nonsense", "https://[", "SOURCE_ANSWER_INVALID"],
])("a redirect %s is refused", async (_, to, code) => {
  expect((await errorOf(() => redirect(`${API}/a`, to))).code).toBe(code);
});

test("redirects end", async () => {
  let hop = firstHop(new URL(`${API}/0`), API);
  for (let step = 1; step <= 5; step += 1) hop = nextHop(hop, `/${step}`, API);
  expect((await errorOf(() => nextHop(hop, "/6", API))).code).toBe("SOURCE_ANSWER_INVALID");
});
