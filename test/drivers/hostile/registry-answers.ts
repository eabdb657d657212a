import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Tampering } from "../../support/tampered-registry.js";

/** An answer of a registry that must not be taken. */
export interface HostileAnswer {
  readonly name: string;
  readonly answer: Tampering;
  readonly code: string;
}

type Fields = Record<string, unknown>;

const LOGIN_PAGE = "<!DOCTYPE html><html><body><h1>Log in to the Wi-Fi</h1></body></html>";
const MIB = 1024 * 1024;

const text =
  (content: string, status = 200, headers: Readonly<Record<string, string>> = {}): Tampering =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(content);

/** The registry's own answer, changed. */
const changed =
  (change: (packument: { versions: Record<string, Fields & { dist: Fields }>; "dist-tags": Fields } & Fields) => unknown): Tampering =>
  (response, body) => {
    const packument = JSON.parse(body.toString());
    const instead = change(packument);
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(typeof instead === "string" ? instead : JSON.stringify(instead ?? packument));
  };

const dist = (fields: Fields): Tampering =>
  changed(({ versions }) => {
    for (const version of Object.values(versions)) Object.assign(version.dist, fields);
  });

/** Sends one byte every tenth of a second, for ever. */
const trickle: Tampering = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
};

/** Sends and sends. */
const endless =
  (chunk: Buffer, headers: Readonly<Record<string, string>> = {}): Tampering =>
  (response) => {
    response.writeHead(200, headers);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    more();
  };

const silent: Tampering = () => undefined;
const headersOnly: Tampering = (response: ServerResponse) => void response.writeHead(200, { "content-length": "1000" }).flushHeaders();

/** Answers about a package. */
export const HOSTILE_METADATA: readonly HostileAnswer[] = [
  { name: "a login page", answer: text(LOGIN_PAGE, 200, { "content-type": "text/html" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a login page that says it is JSON", answer: text(LOGIN_PAGE), code: "SOURCE_ANSWER_INVALID" },
  { name: "nothing", answer: text(""), code: "SOURCE_ANSWER_INVALID" },
  { name: "half of it", answer: (response, body) => void response.end(body.subarray(0, body.length / 2)), code: "SOURCE_UNREACHABLE" },
  { name: "null", answer: text("null"), code: "SOURCE_ANSWER_INVALID" },
  { name: "a list", answer: text("[]"), code: "SOURCE_ANSWER_INVALID" },
  { name: "a number", answer: text("42"), code: "SOURCE_ANSWER_INVALID" },
  { name: "an empty object", answer: text("{}"), code: "SOURCE_VERSION_NOT_FOUND" },
  { name: "no versions", answer: changed((all) => ({ ...all, versions: undefined })), code: "SOURCE_VERSION_NOT_FOUND" },
  { name: "versions that are a list", answer: changed((all) => ({ ...all, versions: [] })), code: "SOURCE_VERSION_NOT_FOUND" },
  { name: "versions that are null", answer: changed((all) => ({ ...all, versions: { "2.0.0": null } })), code: "SOURCE_VERSION_NOT_FOUND" },
  {
    name: "a latest version that isn't there",
    answer: changed((all) => ({ ...all, "dist-tags": { latest: "9.9.9" } })),
    code: "SOURCE_VERSION_NOT_FOUND",
  },
  {
    name: "a version called __proto__",
    answer: changed((all) =>
      JSON.stringify({ ...all, versions: null }).replace('"versions":null', '"versions":{"__proto__":{"version":"2.0.0"}}'),
    ),
    code: "SOURCE_VERSION_NOT_FOUND",
  },
  {
    name: "a latest version called __proto__",
    answer: changed((all) => ({ ...all, "dist-tags": { latest: "__proto__" } })),
    code: "SOURCE_ANSWER_INVALID",
  },
  {
    name: "a version that leads out of its folder",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { version: "../../../x" })),
    code: "DRIVER_MANIFEST_INVALID",
  },
  {
    name: "another package",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { name: "left-pad" })),
    code: "DRIVER_MANIFEST_MISMATCH",
  },
  {
    name: "another version",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { version: "2.0.1" })),
    code: "DRIVER_MANIFEST_MISMATCH",
  },
  {
    name: "another SDK range",
    answer: changed(
      ({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { peerDependencies: { "@docker-machine/driver-sdk": "1" } }),
    ),
    code: "DRIVER_MANIFEST_MISMATCH",
  },
  {
    name: "another driver",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { dockerMachine: { driver: "other" } })),
    code: "DRIVER_MANIFEST_MISMATCH",
  },
  {
    name: "another file to import",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { exports: "./other.js" })),
    code: "DRIVER_MANIFEST_MISMATCH",
  },
  {
    name: "no tarball",
    answer: changed(({ versions }) => void Object.assign(versions["2.0.0"] ?? {}, { dist: undefined })),
    code: "SOURCE_ANSWER_INVALID",
  },
  { name: "a tarball that is a number", answer: dist({ tarball: 42 }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a tarball in a file", answer: dist({ tarball: "file:///etc/passwd" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a tarball that is data", answer: dist({ tarball: "data:text/plain,x" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a tarball by FTP", answer: dist({ tarball: "ftp://127.0.0.1/x.tgz" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a tarball nowhere", answer: dist({ tarball: "http://127.0.0.1:9/x.tgz" }), code: "SOURCE_UNREACHABLE" },
  { name: "a hash of nothing", answer: dist({ integrity: "sha512-", shasum: "" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "another hash", answer: dist({ integrity: `sha512-${"A".repeat(86)}==` }), code: "SOURCE_INTEGRITY" },
  { name: "401", answer: text("{}", 401), code: "SOURCE_NEEDS_TOKEN" },
  { name: "403", answer: text("{}", 403), code: "SOURCE_NEEDS_TOKEN" },
  { name: "404", answer: text("{}", 404), code: "SOURCE_NOT_FOUND" },
  { name: "410", answer: text("{}", 410), code: "SOURCE_ANSWER_INVALID" },
  { name: "429", answer: text("{}", 429, { "retry-after": "1" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "500", answer: text("oops", 500), code: "SOURCE_ANSWER_INVALID" },
  { name: "a gateway's page of 502", answer: text(LOGIN_PAGE, 502), code: "SOURCE_ANSWER_INVALID" },
  { name: "204", answer: text("", 204), code: "SOURCE_ANSWER_INVALID" },
  { name: "304, though nothing was kept", answer: text("", 304), code: "SOURCE_ANSWER_INVALID" },
  { name: "a redirect to nowhere", answer: text("", 302), code: "SOURCE_ANSWER_INVALID" },
  { name: "a redirect to itself", answer: text("", 302, { location: "/docker-machine-driver-acme" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "a redirect to a file", answer: text("", 302, { location: "file:///etc/passwd" }), code: "SOURCE_ANSWER_INVALID" },
  { name: "what is not gzip, as gzip", answer: text("not gzip", 200, { "content-encoding": "gzip" }), code: "SOURCE_INTEGRITY" },
  {
    name: "a gigabyte of blanks, gzipped",
    answer: endless(gzipSync(Buffer.alloc(16 * MIB, " ")), { "content-encoding": "gzip" }),
    code: "DRIVER_TOO_LARGE",
  },
  { name: "blanks without end", answer: endless(Buffer.alloc(MIB, " ")), code: "DRIVER_TOO_LARGE" },
  { name: "no answer", answer: silent, code: "SOURCE_UNREACHABLE" },
  { name: "headers, and then nothing", answer: headersOnly, code: "SOURCE_UNREACHABLE" },
  { name: "a byte now and then, for ever", answer: trickle, code: "SOURCE_UNREACHABLE" },
];

/** Answers that should be a tarball. */
export const HOSTILE_DOWNLOADS: readonly HostileAnswer[] = [
  { name: "a login page", answer: text(LOGIN_PAGE), code: "SOURCE_INTEGRITY" },
  { name: "nothing", answer: text(""), code: "SOURCE_INTEGRITY" },
  { name: "half of it", answer: (response, body) => void response.end(body.subarray(0, body.length / 2)), code: "SOURCE_INTEGRITY" },
  { name: "more than it", answer: (response, body) => void response.end(Buffer.concat([body, Buffer.alloc(1)])), code: "SOURCE_INTEGRITY" },
  {
    name: "one bit changed",
    answer: (response, body) => {
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
      response.end(body);
    },
    code: "SOURCE_INTEGRITY",
  },
  { name: "404", answer: text("{}", 404), code: "SOURCE_NOT_FOUND" },
  { name: "401", answer: text("{}", 401), code: "SOURCE_NEEDS_TOKEN" },
  { name: "500", answer: text("{}", 500), code: "SOURCE_ANSWER_INVALID" },
  { name: "bytes without end", answer: endless(Buffer.alloc(MIB)), code: "DRIVER_TOO_LARGE" },
  { name: "no answer", answer: silent, code: "SOURCE_UNREACHABLE" },
  { name: "headers, and then nothing", answer: headersOnly, code: "SOURCE_UNREACHABLE" },
  { name: "a byte now and then, for ever", answer: trickle, code: "SOURCE_UNREACHABLE" },
];

/** At how many places between the first byte of an answer and the last one the line is cut. */
export const CUTS = 160;
