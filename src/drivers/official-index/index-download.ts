import { MachineError } from "../../errors.js";
import type { HttpAnswer, HttpClient } from "../git-hosts/http-client.js";
import { firstHop, type Hop, nextHop } from "../git-hosts/origin-rules.js";
import type { FetchedText, FetchText } from "./refresh-index.js";

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 1024 * 1024;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Fetches the index's files. No token goes along. */
export function textFetcher(http: HttpClient): FetchText {
  return async (address, etag) => {
    const headers = { accept: "application/json, text/plain", ...(etag === undefined ? {} : { "if-none-match": etag }) };
    let hop = firstHop(new URL(address), "");
    for (;;) {
      const at: Hop = hop;
      const answer = await http.send({ address: at.address, headers, timeoutMs: TIMEOUT_MS, retries: 1 }, (each) => read(each, at, etag));
      if (typeof answer === "string" || "text" in answer) return answer;
      hop = answer;
    }
  };
}

async function read(answer: HttpAnswer, hop: Hop, etag: string | undefined): Promise<FetchedText | "unchanged" | Hop> {
  const { status } = answer;
  const { href } = hop.address;
  if (REDIRECTS.includes(status)) return nextHop(hop, answer.header("location"), "");
  if (status === 304 && etag !== undefined) return "unchanged";
  if (status === 404 || status === 410) throw notFound(href);
  if (status !== 200) throw strange(href, `it answered ${status}`);
  const current = answer.header("etag");
  return { text: await readText(answer, href), ...(current === undefined ? {} : { etag: current }) };
}

async function readText({ body }: HttpAnswer, href: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) throw strange(href, `it sends more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function notFound(href: string): MachineError {
  return new MachineError("SOURCE_NOT_FOUND", `${href} was not found.`, { suggestions: ADVICE });
}

function strange(href: string, problem: string): MachineError {
  return new MachineError("SOURCE_ANSWER_INVALID", `${href} could not be fetched: ${problem}.`, { suggestions: ADVICE });
}

const ADVICE = ["Check the network and the address: the setting indexAddress, or $MACHINE_INDEX_ADDRESS."];
