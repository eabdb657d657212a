import { describe, expect, it } from "vitest";
import { quotaCode } from "../src/quota.js";

const STANDARD = "L-1216C47A";

describe("the quota that an instance counts against", () => {
  it.each(["t3.micro", "m7g.large", "c7gn.16xlarge", "im4gn.large", "is4gen.medium", "z1d.large", "a1.medium", "d3en.xlarge"])(
    "is the standard one for %s",
    (type) => expect(quotaCode(type, "on-demand")).toBe(STANDARD),
  );

  it.each([
    ["g5.xlarge", "L-DB2E81BA"],
    ["gr6.4xlarge", "L-DB2E81BA"],
    ["vt1.3xlarge", "L-DB2E81BA"],
    ["p4d.24xlarge", "L-417A185B"],
    ["p5.48xlarge", "L-417A185B"],
    ["x2idn.16xlarge", "L-7295265B"],
    ["inf2.xlarge", "L-1945791B"],
    ["trn1.2xlarge", "L-2C3B7624"],
    ["dl1.24xlarge", "L-6E869C2A"],
    ["hpc7g.4xlarge", "L-F7808C92"],
    ["u-6tb1.56xlarge", "L-43DA4232"],
    ["u7i-12tb.224xlarge", "L-43DA4232"],
    ["f2.6xlarge", "L-74FC7D96"],
  ])("is that of its class for %s", (type, code) => expect(quotaCode(type, "on-demand")).toBe(code));

  it.each([
    ["t3.micro", "L-34B43A08"],
    ["g5.xlarge", "L-3819A6DF"],
    ["p3.2xlarge", "L-7212CCBC"],
    ["p5.48xlarge", "L-C4BD4855"],
  ])("is another one for %s as a spot instance", (type, code) => expect(quotaCode(type, "spot")).toBe(code));

  it.each([
    ["mac2.metal", "on-demand"],
    ["hpc7g.4xlarge", "spot"],
    ["p6-b200.48xlarge", "spot"],
    ["q9.large", "on-demand"],
    ["constructor", "on-demand"],
    ["", "on-demand"],
  ] as const)("isn't known for %j, %s", (type, market) => expect(quotaCode(type, market)).toBeUndefined());
});
