import type { Architecture } from "@docker-machine/cloud-image";

/** What a descriptor tells of firmware for a machine of ours. */
export interface FirmwareDescriptor {
  readonly codePath: string;
  readonly variablesTemplatePath: string;
  readonly format: "raw" | "qcow2";
}

/** What a descriptor may hold that matters here (QEMU's docs/interop/firmware.json). All of it may be missing or of another kind. */
interface Descriptor {
  readonly "interface-types"?: unknown;
  readonly mapping?: {
    readonly device?: unknown;
    readonly mode?: unknown;
    readonly executable?: FlashFile;
    readonly "nvram-template"?: FlashFile;
  };
  readonly targets?: unknown;
  readonly features?: unknown;
}

interface FlashFile {
  readonly filename?: unknown;
  readonly format?: unknown;
}

/** QEMU's word for an architecture, and a machine of ours in the patterns of descriptors. */
const TARGETS: Readonly<Record<Architecture, { readonly architecture: string; readonly machine: string }>> = {
  amd64: { architecture: "x86_64", machine: "pc-q35-9.0" },
  arm64: { architecture: "aarch64", machine: "virt-9.0" },
};

/** Firmware that boots signed systems only, needs a special machine, or encrypts memory. */
const UNFIT_FEATURES = ["enrolled-keys", "secure-boot", "requires-smm", "amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx"];

/** Reads a descriptor. `undefined`: it is none, or not of UEFI firmware in two flash devices for this architecture without Secure Boot. */
export function parseFirmwareDescriptor(text: string, architecture: Architecture): FirmwareDescriptor | undefined {
  const descriptor = parse(text);
  const mapping = descriptor?.mapping;
  if (descriptor === undefined || mapping?.device !== "flash" || (mapping.mode ?? "split") !== "split") return undefined;
  if (
    !list(descriptor["interface-types"]).includes("uefi") ||
    list(descriptor.features).some((feature) => UNFIT_FEATURES.includes(String(feature)))
  )
    return undefined;
  if (!list(descriptor.targets).some((target) => isFor(target, architecture))) return undefined;
  const [code, variables] = [mapping.executable, mapping["nvram-template"]];
  const format = code?.format;
  if (typeof code?.filename !== "string" || typeof variables?.filename !== "string" || format !== variables.format) return undefined;
  return format === "raw" || format === "qcow2"
    ? { codePath: code.filename, variablesTemplatePath: variables.filename, format }
    : undefined;
}

function isFor(target: unknown, architecture: Architecture): boolean {
  if (typeof target !== "object" || target === null || !("architecture" in target) || !("machines" in target)) return false;
  const wanted = TARGETS[architecture];
  return target.architecture === wanted.architecture && list(target.machines).some((pattern) => matches(wanted.machine, String(pattern)));
}

/** Patterns have at most a star at the end: `pc-q35-*`. */
function matches(machine: string, pattern: string): boolean {
  return pattern.endsWith("*") ? machine.startsWith(pattern.slice(0, -1)) : machine === pattern;
}

function parse(text: string): Descriptor | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
