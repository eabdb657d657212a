import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readImage } from "./disk-images.ts";
import { ApiError, type CallSite } from "./errors.ts";
import { usersOf } from "./service.ts";
import type { Medium, ServiceState } from "./service-state.ts";

const OPEN_CALL = "OpenMedium(Bstr(pszFilenameOrUuid).raw(), enmDevType, enmAccessMode, fForceNewUuidOnOpen, pMedium.asOutParam())";
const SPOKEN: Readonly<Record<Medium["kind"], string>> = { hdd: "hard disk", dvddrive: "CD/DVD image", fdd: "floppy image" };

/** Finds a medium by UUID or file, without opening one. */
export function knownMedium(state: ServiceState, wanted: string): Medium | undefined {
  const id = wanted.replace(/^\{(.*)\}$/, "$1").toLowerCase();
  return state.media.find((medium) => medium.id === id || medium.location === resolve(wanted));
}

/** VirtualBox::openMedium as VBoxManage's openMedium() calls it: a file that isn't known is taken in. */
export function openMedium(state: ServiceState, wanted: string, kind: Medium["kind"]): Medium {
  const known = knownMedium(state, wanted);
  if (known !== undefined) return known;
  const site: CallSite = { call: OPEN_CALL, line: 197, file: "VBoxManageDisk.cpp" };
  const location = resolve(wanted);
  if (!existsSync(location)) {
    const text = `Could not find file for the medium '${location}' (VERR_FILE_NOT_FOUND)`;
    throw new ApiError("VBOX_E_FILE_ERROR", "Medium", text, { site, after: `Invalid UUID or filename "${wanted}"` });
  }
  const facts = readImage(location);
  if (kind === "hdd" && facts.format === "RAW") {
    const text = `Could not get the storage format of the medium '${location}' (VERR_NOT_SUPPORTED)`;
    throw new ApiError("VBOX_E_IPRT_ERROR", "Medium", text, { site, after: `Invalid UUID or filename "${wanted}"` });
  }
  const id = facts.id ?? crypto.randomUUID();
  registerMedium(state, { ...newMedium(location, kind), id, format: facts.format, capacity: facts.capacity }, site);
  return openMedium(state, id, kind);
}

/** VirtualBox::i_registerMedium: no two media with one UUID or place. */
export function registerMedium(state: ServiceState, medium: Medium, site?: CallSite): void {
  const twin = state.media.find(({ id }) => id === medium.id);
  if (twin !== undefined) {
    const what = SPOKEN[medium.kind];
    const text = `Cannot register the ${what} '${medium.location}' {${medium.id}} because a ${SPOKEN[twin.kind]} '${twin.location}' with UUID {${twin.id}} already exists`;
    throw new ApiError("E_INVALIDARG", "VirtualBox", text, site === undefined ? {} : { site });
  }
  state.media.push(medium);
}

/** A medium as it is registered; an ISO is raw. */
export function newMedium(location: string, kind: Medium["kind"]): Medium {
  const type = kind === "hdd" ? "normal" : kind === "dvddrive" ? "readonly" : "normal";
  return { id: crypto.randomUUID(), kind, location, format: "RAW", variant: "dynamic", capacity: 0, type, writer: undefined };
}

/** Medium::close refuses while a machine has it. */
export function requireClosable(state: ServiceState, medium: Medium, site: CallSite): void {
  const users = usersOf(state, medium);
  if (users.length === 0) return;
  const text = `Medium '${medium.location}' cannot be closed because it is still attached to ${users.length} virtual machines`;
  throw new ApiError("VBOX_E_OBJECT_IN_USE", "Medium", text, { site });
}

/** Medium::deleteStorage refuses while a machine has it. */
export function requireDeletable(state: ServiceState, medium: Medium, site: CallSite): void {
  const users = usersOf(state, medium);
  if (users.length === 0) return;
  const list = users.map(({ name, id }) => `${name} (${id})`).join(", ");
  const text = `Cannot delete storage: medium '${medium.location}' is still attached to the following ${users.length} virtual machine(s): ${list}`;
  throw new ApiError("VBOX_E_OBJECT_IN_USE", "Medium", text, { site });
}

/** Medium::lockWrite refuses while it is written, or a running machine has it. */
export function requireWritable(state: ServiceState, medium: Medium): void {
  const isLocked = medium.writer !== undefined || usersOf(state, medium).some(({ session }) => session?.kind === "vm");
  if (isLocked)
    throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "Medium", `Medium '${medium.location}' is locked for writing by another task`);
}

/** Medium::state as showmediuminfo says it. */
export function mediumState(state: ServiceState, medium: Medium): string {
  if (!existsSync(medium.location)) return "inaccessible";
  const isRunning = usersOf(state, medium).some(({ session }) => session?.kind === "vm");
  if (medium.writer !== undefined || isRunning) return medium.kind === "hdd" ? "locked write" : "locked read";
  return "created";
}
