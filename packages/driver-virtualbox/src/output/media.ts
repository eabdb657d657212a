import { parseRecords } from "./records.js";

/** A disk or disc that VirtualBox knows. */
export interface Medium {
  readonly uuid: string;
  readonly location: string;
}

/** Reads `VBoxManage list hdds` and `list dvds`. */
export function parseMedia(text: string): readonly Medium[] {
  return parseRecords(text, "UUID").map((record) => ({
    uuid: record.get("UUID") ?? "",
    location: record.get("Location") ?? "",
  }));
}
