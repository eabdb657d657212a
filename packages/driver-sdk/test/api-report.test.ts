import { expect, test } from "vitest";
import { reportApi } from "../scripts/api-report.ts";

test("the public surface is the one in api/*.api.md: after a change that is meant, run npm run api", async () => {
  expect(await reportApi("compare")).toEqual([]);
});
