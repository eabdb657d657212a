// What stands for Docker in the benches, in a process of its own: `node engine-server.ts CA CERT KEY` prints its two ports. At the first, a Docker answers over TLS;
// at the second, connections are taken and nothing is ever said.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";

const [ca, cert, key] = process.argv.slice(2).map((path) => readFileSync(path));
if (ca === undefined || cert === undefined || key === undefined) throw new Error("Three files are needed.");
const engine = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (_request, response) => {
  response.setHeader("content-type", "application/json").end('{"Version":"24.0.7","ApiVersion":"1.43"}');
});
console.log(JSON.stringify([await portOf(engine), await portOf(createTcpServer())]));

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
