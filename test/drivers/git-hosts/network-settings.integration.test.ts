import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runProcess } from "../../../src/process/run-process.js";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, settings } from "../../support/git-host-world.js";

/** An API behind https, with a certificate of its own making. */
async function secureApi(world: GitHostWorld) {
  const [certificate, key] = [join(world.root, "certificate.pem"), join(world.root, "key.pem")];
  const request = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=localhost",
    "-keyout",
    key,
    "-out",
    certificate,
  ];
  await runProcess("openssl", [...request, "-addext", "subjectAltName=DNS:localhost,DNS:api.invalid"]);
  const authorizations: (string | undefined)[] = [];
  const server = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) }, ({ headers }, response) => {
    authorizations.push(headers.authorization);
    response.end('{"full_name":"o/r"}');
  });
  const port = await listen(server);
  return { certificate, port, authorizations };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function npmrc(world: GitHostWorld, lines: readonly string[]): Promise<void> {
  await writeFile(join(world.root, ".npmrc"), lines.join("\n"));
}

test("a certificate that nobody vouches for is refused, even where npm's settings trust any registry, and no token is sent", async () => {
  const world = await GitHostWorld.start();
  const { port, authorizations } = await secureApi(world);
  await npmrc(world, ["strict-ssl=false"]);
  const mirror = `https://localhost:${port}/`;
  const api = await world.open("github.com", mirror, { env: world.tokenFor(mirror, "secret-1") });
  const error = await errorOf(() => api.repository("o/r"));
  expect(error.code).toBe("SOURCE_UNREACHABLE");
  expect(error.suggestions.join()).toContain("cafile");
  expect(authorizations).toEqual([]);
});

test("a company's CA of npm's settings is trusted, besides the others", async () => {
  const world = await GitHostWorld.start();
  const { certificate, port, authorizations } = await secureApi(world);
  await npmrc(world, [`cafile=${certificate}`]);
  const mirror = `https://localhost:${port}/`;
  const api = await world.open("github.com", mirror, { env: world.tokenFor(mirror, "secret-1") });
  expect((await api.repository("o/r")).fullName).toBe("o/r");
  expect(authorizations).toEqual(["Bearer secret-1"]);
});

test("the proxy of npm's settings is used, sees no token, and none is used for this computer itself", async () => {
  const world = await GitHostWorld.start();
  const { certificate, port, authorizations } = await secureApi(world);
  const proxied: string[] = [];
  const proxy = createServer().on("connect", ({ url = "", headers }: IncomingMessage, client: Socket) => {
    proxied.push(`${url} ${headers.authorization ?? "no token"}`);
    const onward = connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    onward.pipe(client).pipe(onward);
    for (const end of [onward, client]) end.on("error", () => undefined);
    onTestFinished(() => void client.destroy());
  });
  await npmrc(world, [`cafile=${certificate}`, `https-proxy=http://127.0.0.1:${await listen(proxy)}`]);
  const env = { ...world.env, GH_HOST: "api.invalid", GH_ENTERPRISE_TOKEN: "secret-1" };
  const throughProxy = await world.open("github.com", "https://api.invalid/", { env });
  expect((await throughProxy.repository("o/r")).fullName).toBe("o/r");
  const direct = await world.open("github.com", `https://localhost:${port}/`, {
    settings: settings({ gitApiMirrors: new Map([["github.com", `https://localhost:${port}/`]]) }),
  });
  expect((await direct.repository("o/r")).fullName).toBe("o/r");
  expect(proxied).toEqual(["api.invalid:443 no token"]);
  expect(authorizations).toEqual(["Bearer secret-1", undefined]);
});
