import { expect, test } from "vitest";
import { parseQmpMessage } from "../src/qmp-message.js";

// The messages are the examples of QEMU's docs/interop/qmp-spec.rst.
test.each([
  [
    '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 3}, "package": "v3.0.0"}, "capabilities": ["oob"]}}',
    { kind: "greeting" },
  ],
  [
    '{"return": {"enabled": true, "present": true}, "id": "example"}',
    { kind: "return", id: "example", value: { enabled: true, present: true } },
  ],
  ['{"return": {}}', { kind: "return", id: undefined, value: {} }],
  [
    '{ "error": { "class": "GenericError", "desc": "Invalid JSON syntax" } }',
    { kind: "error", id: undefined, class: "GenericError", description: "Invalid JSON syntax" },
  ],
  [
    '{ "timestamp": { "seconds": 1258551470, "microseconds": 802384 }, "event": "POWERDOWN" }',
    { kind: "event", event: "POWERDOWN", data: null },
  ],
])("%s is understood", (line, message) => {
  expect(parseQmpMessage(line)).toEqual(message);
});

test.each(["", "null", "[]", "1", "{}", '{"error": "none"}', '{"event": 1}', "SSH-2.0-OpenSSH", '{"return": '])(
  "%j is no message",
  (line) => {
    expect(parseQmpMessage(line)).toBeUndefined();
  },
);
