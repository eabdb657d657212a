import { expect, test } from "vitest";
import { readHttpResponse } from "../../src/engine/http-response.js";

const read = (text: string, isComplete = false) => readHttpResponse(Buffer.from(text), isComplete);
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

test("an answer is read by its length, by its chunks, or to the end of the connection", () => {
  expect(read(`${HEAD}Content-Length: 2\r\n\r\n{}`)).toEqual({ status: 200, body: "{}" });
  expect(read(`${HEAD}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n`)).toEqual({ status: 200, body: "{}" });
  expect(read(`${HEAD}\r\n{}`, true)).toEqual({ status: 200, body: "{}" });
  expect(read("HTTP/1.0 404 Not Found\r\n\r\nno", true)).toEqual({ status: 404, body: "no" });
  expect(read("HTTP/1.1 204 No Content\r\n\r\n")).toEqual({ status: 204, body: "" });
  expect(read(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 2\r\n\r\n{}`)).toEqual({ status: 200, body: "{}" });
});

test("every part of an answer but the whole is not enough", () => {
  for (const whole of [`${HEAD}Content-Length: 2\r\n\r\n{}`, `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`]) {
    for (let length = 0; length < whole.length; length += 1) expect(read(whole.slice(0, length)), whole.slice(0, length)).toBeUndefined();
    expect(read(whole)).toEqual({ status: 200, body: "{}" });
  }
});

test("a connection that ends early, or speaks something else, is an error", () => {
  expect(() => read("", true)).toThrow(expect.objectContaining({ code: "ECONNRESET" }));
  expect(() => read(`${HEAD}Content-Length: 5\r\n\r\n{}`, true)).toThrow("cut off");
  expect(() => read("HTTP/1.1 200 OK\r\nConte", true)).toThrow("cut off");
  expect(() => read("SSH-2.0-OpenSSH_9.2\r\n")).toThrow("does not speak HTTP/1.1");
  expect(() => read(`${HEAD}Content-Length: -5\r\n\r\n{}`)).toThrow("Content-Length");
  expect(() => read(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`)).toThrow("without a size");
});
