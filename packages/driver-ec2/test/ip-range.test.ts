import { expect, test } from "vitest";
import { containsRange, parseIngressCidr, rangeAround } from "../src/ip-range.js";

test("A range is taken as it is, and an address as the range of it alone", () => {
  expect(parseIngressCidr(" 203.0.113.0/24 ")).toBe("203.0.113.0/24");
  expect(parseIngressCidr("203.0.113.7")).toBe("203.0.113.7/32");
  expect(parseIngressCidr("2001:db8::7")).toBe("2001:db8::7/128");
  expect(parseIngressCidr("0.0.0.0/0")).toBe("0.0.0.0/0");
});

test.each(["", "everybody", "203.0.113.0/33", "203.0.113.0/", "203.0.113/24", "2001:db8::/129", "10.0.0.0/8/8", "10.0.0.0/-1"])(
  "What is no range is refused: %j",
  (text) => {
    expect(() => parseIngressCidr(text)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  },
);

test("Around an IPv4 address is that address, around an IPv6 address its network", () => {
  expect(rangeAround("203.0.113.7")).toBe("203.0.113.7/32");
  expect(rangeAround("2001:db8:1:2:aaaa:bbbb:cccc:dddd")).toBe("2001:db8:1:2::/64");
  expect(rangeAround("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(rangeAround("::1")).toBe("0:0:0:0::/64");
});

test("A range contains itself and narrower ones of its family", () => {
  expect(containsRange("0.0.0.0/0", "203.0.113.7/32")).toBe(true);
  expect(containsRange("203.0.113.0/24", "203.0.113.0/24")).toBe(true);
  expect(containsRange("203.0.113.0/25", "203.0.113.0/24")).toBe(false);
  expect(containsRange("203.0.113.0/24", "203.0.114.7/32")).toBe(false);
  expect(containsRange("0.0.0.0/0", "2001:db8::/64")).toBe(false);
  expect(containsRange("2001:db8::/32", "2001:db8:0:0::/64")).toBe(true);
  expect(containsRange("no range", "203.0.113.7/32")).toBe(false);
});
