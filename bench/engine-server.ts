// What stands for Docker in the benches, in a process of its own: `node engine-server.ts CA CERT KEY CLOUD` prints its two ports. At the first, a Docker answers over TLS, as at
// Docker's own port of the address CLOUD; at the second, connections are taken and nothing is ever said.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type ListenOptions, type Server } from "node:net";

const [ca, cert, key] = process.argv.slice(2, 5).map((path) => readFileSync(path));
const [, , , , , cloudAddress] = process.argv;
if (ca === undefined || cert === undefined || key === undefined || cloudAddress === undefined) {
  throw new Error("Three files and an address are needed.");
}
const LOOPBACK = { host: "127.0.0.1", port: 0 };
await listen(engine(), { host: cloudAddress, port: 2376 });
console.log(JSON.stringify([await listen(engine(), LOOPBACK), await listen(createTcpServer(), LOOPBACK)]));

function engine(): Server {
  return createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (_request, response) => {
    response.setHeader("content-type", "application/json").end('{"Version":"24.0.7","ApiVersion":"1.43"}');
  });
}

function listen(server: Server, at: ListenOptions): Promise<number> {
  return new Promise((resolve) => server.listen(at, () => resolve((server.address() as AddressInfo).port)));
}
