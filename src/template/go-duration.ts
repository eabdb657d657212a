import { type GoInt, type GoMethod, type GoValue, goInt, goString } from "./go-value.js";

const MICROSECOND = 1_000n;
const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

/** A `time.Duration`: printed as `6ms`, `1.234s`, `1m0.5s`. Templates can call the methods of Go's type. */
export function goDuration(nanoseconds: bigint): GoInt {
  const method = (call: () => GoValue): GoMethod => ({ parameters: 0, call });
  const inUnits = (unit: bigint) => method(() => ({ kind: "float", value: Number(nanoseconds) / Number(unit) }));
  const inWhole = (unit: bigint) => method(() => goInt(nanoseconds / unit, "int64"));
  const toMultiple = (call: (multiple: bigint) => bigint): GoMethod => ({
    parameters: 1,
    call: ([multiple = 0n]) => goDuration(multiple <= 0n ? nanoseconds : call(multiple)),
  });
  const methods = new Map<string, GoMethod>([
    ["Abs", method(() => goDuration(absolute(nanoseconds)))],
    ["Hours", inUnits(HOUR)],
    ["Microseconds", inWhole(MICROSECOND)],
    ["Milliseconds", inWhole(MILLISECOND)],
    ["Minutes", inUnits(MINUTE)],
    ["Nanoseconds", inWhole(1n)],
    ["Round", toMultiple((multiple) => rounded(nanoseconds, multiple))],
    ["Seconds", inUnits(SECOND)],
    ["String", method(() => goString(durationText(nanoseconds)))],
    ["Truncate", toMultiple((multiple) => nanoseconds - (nanoseconds % multiple))],
  ]);
  return { ...goInt(nanoseconds, "time.Duration"), methods };
}

/** Half of a multiple is rounded away from zero. */
function rounded(nanoseconds: bigint, multiple: bigint): bigint {
  const rest = nanoseconds % multiple;
  if (absolute(rest) * 2n < multiple) return nanoseconds - rest;
  return nanoseconds - rest + (nanoseconds < 0n ? -multiple : multiple);
}

function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const size = absolute(nanoseconds);
  if (size < MICROSECOND) return `${sign}${size}ns`;
  if (size < MILLISECOND) return `${sign}${inUnit(size, MICROSECOND)}µs`;
  if (size < SECOND) return `${sign}${inUnit(size, MILLISECOND)}ms`;
  const hours = size >= HOUR ? `${size / HOUR}h` : "";
  const minutes = size >= MINUTE ? `${(size % HOUR) / MINUTE}m` : "";
  return `${sign}${hours}${minutes}${inUnit(size % MINUTE, SECOND)}s`;
}

/** `1.234` for 1234 of thousandths. */
function inUnit(size: bigint, unit: bigint): string {
  const fraction = (size % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return `${size / unit}${fraction === "" ? "" : `.${fraction}`}`;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
