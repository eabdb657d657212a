import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { callerAddress } from "../src/caller-address.js";

async function service(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("The address is what the service answers, without the line feed", async () => {
  const url = await service((_request, response) => response.end("203.0.113.7\n"));
  expect(await callerAddress(url, 4, new FakeHost())).toBe("203.0.113.7");
});

test("A service that fails at first is asked again", async () => {
  let requests = 0;
  const url = await service((_request, response) => {
    requests += 1;
    if (requests < 3) response.writeHead(503);
    response.end("2001:db8::7");
  });
  expect(await callerAddress(url, 6, new FakeHost())).toBe("2001:db8::7");
  expect(requests).toBe(3);
});

test.each([
  ["an error", 404, "203.0.113.7", "status 404"],
  ["a page", 200, "<html>", "no IPv4 address"],
  ["an address of the other family", 200, "2001:db8::7", "no IPv4 address"],
  ["something long", 200, "1".repeat(1000), "too long"],
])("A service that answers with %s is refused, and what to do instead is said", async (_name, status, body, problem) => {
  const url = await service((_request, response) => response.writeHead(status).end(body));
  await expect(callerAddress(url, 4, new FakeHost())).rejects.toMatchObject({
    code: "EC2_CALLER_ADDRESS_UNKNOWN",
    message: expect.stringContaining(problem),
    suggestions: [expect.stringContaining("--amazonec2-ingress-cidr"), expect.stringContaining("--amazonec2-address-service")],
  });
});

test("A service that can't be one is refused", async () => {
  await expect(callerAddress("no url", 4, new FakeHost())).rejects.toMatchObject({ code: "EC2_CALLER_ADDRESS_UNKNOWN" });
});

test("An interrupted search ends at once", async () => {
  const host = new FakeHost();
  const url = await service(() => host.abort());
  await expect(callerAddress(url, 4, host)).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
});
