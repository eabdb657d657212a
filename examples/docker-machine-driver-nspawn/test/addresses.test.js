import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimAddress, releaseAddresses, removeEmptyParents } from "../src/addresses.js";
import { machineId, placesOf } from "../src/places.js";
import { parseSubnet } from "../src/subnet.js";

const subnet = parseSubnet("10.1.2.0/28");
/** @type {string} */
let directory;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "nspawn-addresses-"));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** @param {number} count */
function machines(count) {
  return Array.from({ length: count }, (_, index) => placesOf(machineId(`/machines/m${index}`), join(directory, "state")));
}

test("machines that are created at the same time get different addresses", async () => {
  const all = machines(subnet.hostAddresses.length);
  const addresses = await Promise.all(all.map((places) => claimAddress(places, subnet)));
  expect([...addresses].sort()).toEqual([...subnet.hostAddresses].sort());
});

test("a machine keeps its address", async () => {
  const [first, second] = machines(2);
  if (first === undefined || second === undefined) throw new Error("two machines");
  const address = await claimAddress(first, subnet);
  await claimAddress(second, subnet);
  expect(await claimAddress(first, subnet)).toBe(address);
});

test("a full subnet is refused, with what to do about it", async () => {
  const all = machines(subnet.hostAddresses.length + 1);
  const last = all.pop();
  if (last === undefined) throw new Error("one more machine than addresses");
  for (const places of all) await claimAddress(places, subnet);
  await expect(claimAddress(last, subnet)).rejects.toMatchObject({ code: "NSPAWN_SUBNET_FULL" });
});

test("the last machine's removal leaves no folder, while others are created", async () => {
  const all = machines(8);
  await Promise.all(
    all.map(async (places) => {
      for (let round = 0; round < 10; round++) {
        await claimAddress(places, subnet);
        await releaseAddresses(places);
        await rm(places.folder, { recursive: true });
        await removeEmptyParents(places);
      }
    }),
  );
  expect(existsSync(join(directory, "state"))).toBe(false);
});
