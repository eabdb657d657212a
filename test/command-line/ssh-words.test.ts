import { expect, test } from "vitest";
import { parseSshWords } from "../../src/command-line/ssh-words.js";

const NOTHING = { user: undefined, terminal: undefined, forwards: [], onlyForwards: false, withoutInput: false, command: undefined };

test.each([
  [[], {}],
  [["uptime"], { command: "uptime" }],
  [["echo", "a  b", "-t"], { command: "echo a  b -t" }],
  [["--", "-t"], { command: "-t" }],
  [["-", "x"], { command: "- x" }],
  [["-t", "htop"], { terminal: "if-here", command: "htop" }],
  [["-tt", "--", "top", "-b"], { terminal: "always", command: "top -b" }],
  [["-t", "-T"], { terminal: "never" }],
  [["-lme", "id"], { user: "me", command: "id" }],
  [["-l", "me", "-l", "you"], { user: "you" }],
  [["-qNnL", "80:a:80", "-L81:b:81"], { onlyForwards: true, withoutInput: true, forwards: ["80:a:80", "81:b:81"] }],
])("Behind the name, %j is read as the program ssh does", (words, meant) => {
  expect(parseSshWords(words)).toEqual({ ...NOTHING, ...meant });
});

test.each([[["-Z"]], [["-tZ"]], [["--verbose"]], [["-L"]]])("%j is refused, with what is accepted", (words) => {
  expect(() => parseSshWords(words)).toThrow(expect.objectContaining({ code: "ARGUMENTS_INVALID" }));
});
