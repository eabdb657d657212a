import { expect, test } from "vitest";
import { runStateOf, statusOfRunState } from "../src/run-state.js";

test("what QEMU does is told in docker-machine's words", () => {
  const states = ["running", "paused", "prelaunch", "shutdown", "internal-error", "io-error", "save-vm", "of-a-later-qemu", ""];
  expect(states.map(statusOfRunState)).toEqual([
    "Running",
    "Paused",
    "Starting",
    "Stopping",
    "Error",
    "Error",
    "Stopping",
    "Error",
    "Error",
  ]);
});

test("an answer without a run state has none", () => {
  expect([{ status: "running", running: true }, {}, null, "running", { status: 1 }].map(runStateOf)).toEqual(["running", "", "", "", ""]);
});
