import { mkdir, readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:https";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { engineVersion, readEngineCredentials } from "../../src/engine/docker-api.js";
import { freePort } from "../support/free-port.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { storeCertificates } from "../support/store-certificates.js";

async function store(hosts: readonly string[]) {
  const directory = await scratchDirectory();
  const machineDirectory = join(directory, "machines", "dev");
  await mkdir(machineDirectory, { recursive: true });
  const certificates = storeCertificates(directory);
  await certificates.ensureAuthority();
  await certificates.copyClientFiles(machineDirectory);
  const files = await certificates.ensureServerCertificate({ machineName: "dev", machineDirectory, hosts });
  const server = { cert: await readFile(files.certificatePath), key: await readFile(files.keyPath), ca: await readFile(files.caPath) };
  return { credentials: await readEngineCredentials(machineDirectory), machineDirectory, server };
}

const nobody = { ca: "", cert: "", key: "" };

async function listen(server: TcpServer | Server, host = "127.0.0.1"): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `tcp://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

test("An engine tells its version, also on an IPv6 address", async () => {
  const { credentials, server } = await store(["127.0.0.1", "::1"]);
  const answer = createServer({ ...server, requestCert: true }, (request, response) => {
    response.end(request.url === "/version" ? '{"Version":"24.0.7","ApiVersion":"1.43"}' : "{}");
  });
  expect(await engineVersion(await listen(answer, "::1"), credentials)).toEqual({ version: "24.0.7", apiVersion: "1.43" });
});

test("An address that the certificate does not name is told from a CA that does not fit", async () => {
  const { credentials, server } = await store(["10.9.9.9"]);
  const url = await listen(createServer(server, (_request, response) => void response.end("{}")));
  const other = await store([]);
  await expect(engineVersion(url, credentials)).rejects.toMatchObject({
    code: "ENGINE_CERTIFICATE_INVALID",
    message: expect.stringMatching(/does not name its address: .*127\.0\.0\.1/),
  });
  await expect(engineVersion(url, other.credentials)).rejects.toMatchObject({
    code: "ENGINE_CERTIFICATE_INVALID",
    message: expect.stringContaining("was not signed by this store's CA"),
  });
});

test("A certificate that is not valid yet is said so", async () => {
  onTestFinished(() => void vi.useRealTimers());
  const { credentials } = await store(["127.0.0.1"]);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * 3600_000 });
  const later = await store(["127.0.0.1"]);
  vi.useRealTimers();
  const url = await listen(createServer(later.server, (_request, response) => void response.end("{}")));
  await expect(engineVersion(url, { ...credentials, ca: later.credentials.ca })).rejects.toMatchObject({
    code: "ENGINE_CERTIFICATE_INVALID",
    message: expect.stringContaining("is not valid now"),
  });
});

test("A port that nobody listens on, one without TLS, and one that never answers are told apart", async () => {
  await expect(engineVersion(`tcp://127.0.0.1:${await freePort()}`, nobody)).rejects.toMatchObject({
    code: "ENGINE_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
  await expect(engineVersion(await listen(createHttpServer()), nobody)).rejects.toMatchObject({ code: "ENGINE_NOT_TLS" });
  const silent = createTcpServer((socket) => onTestFinished(() => void socket.destroy()));
  await expect(engineVersion(await listen(silent), nobody, { timeoutMs: 200 })).rejects.toMatchObject({ code: "ENGINE_TIMEOUT" });
});

test("An answer that is not Docker's is shown", async () => {
  const { credentials, server } = await store(["127.0.0.1"]);
  const url = await listen(createServer(server, (_request, response) => void response.writeHead(404).end("<h1>It works!</h1>")));
  await expect(engineVersion(url, credentials)).rejects.toMatchObject({
    code: "ENGINE_ANSWER_INVALID",
    message: expect.stringContaining("HTTP status 404"),
  });
});

test("An interrupted question ends at once", async () => {
  const url = await listen(createTcpServer((socket) => onTestFinished(() => void socket.destroy())));
  const controller = new AbortController();
  const question = engineVersion(url, nobody, { signal: controller.signal });
  controller.abort();
  await expect(question).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
});

test.each(["", "http://127.0.0.1:2376", "10.0.0.1:2376", "tcp://"])("%j is no engine's URL", async (url) => {
  await expect(engineVersion(url, nobody)).rejects.toMatchObject({ code: "ENGINE_URL_INVALID" });
});

test("A machine's folder without client files is said so", async () => {
  const directory = await scratchDirectory();
  const read = async () => readEngineCredentials(directory);
  await expect(read()).rejects.toMatchObject({ code: "ENGINE_CREDENTIALS_MISSING", message: expect.stringContaining(directory) });
});
