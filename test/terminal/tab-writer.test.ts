import { expect, test } from "vitest";
import { alignTabs } from "../../src/terminal/tab-writer.js";

test.for([
  ["a\tb\n", "a    b\n"],
  ["abc\tb\n", "abc   b\n"],
  ["a\tb\nlonger\tc\n", "a        b\nlonger   c\n"],
  ["a\t\tc\n", "a         c\n"],
  ["a\tb\t\nc\td\t\n", "a    b    \nc    d    \n"],
  ["grüße🐳\tb\na\tc\n", "grüße🐳   b\na        c\n"],
  ["longer\tb\nno cell\na\tb\n", "longer   b\nno cell\na    b\n"],
  ["a\tlonger\tc\nbb\td\nc\te\tf\n", "a    longer   c\nbb   d\nc    e    f\n"],
  ["", ""],
  ["\t\n", "     \n"],
])("%j becomes %j", ([text, aligned]) => {
  expect(alignTabs(text!)).toBe(aligned);
});
