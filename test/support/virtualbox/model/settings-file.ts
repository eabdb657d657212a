import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Edition } from "./edition.ts";
import type { Machine } from "./machine.ts";

const MODEL = /<!-- stand-in ([A-Za-z0-9+/=]+) -->/;

/**
 * Writes a machine's `.vbox` file. What clients read of it is as VirtualBox writes it (Settings.cpp); the whole model stands in a
 * comment, from which {@link readSettingsFile} takes it.
 */
export function writeSettingsFile(machine: Machine, edition: Edition): void {
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const adapters = machine.adapters.map((adapter, slot) => {
    const rules = adapter.rules.map(
      (rule) =>
        `          <Forwarding name="${escaped(rule.name)}" proto="${rule.protocol === "tcp" ? 1 : 0}"${rule.hostAddress === "" ? "" : ` hostip="${rule.hostAddress}"`} hostport="${rule.hostPort}"${rule.guestAddress === "" ? "" : ` guestip="${rule.guestAddress}"`} guestport="${rule.guestPort}"/>`,
    );
    const nat = adapter.attachment === "nat" ? ["        <NAT>", ...rules, "        </NAT>"] : [];
    const enabled = adapter.attachment === "none" ? "" : ' enabled="true"';
    return [`      <Adapter slot="${slot}"${enabled} MACAddress="${adapter.mac}" type="${adapter.type}">`, ...nat, "      </Adapter>"].join(
      "\n",
    );
  });
  const model = Buffer.from(JSON.stringify({ ...machine, session: undefined })).toString("base64");
  const text = [
    '<?xml version="1.0"?>',
    `<VirtualBox xmlns="http://www.virtualbox.org/" version="${edition.isAtLeast(7) ? "1.19" : "1.18"}-${edition.platform}">`,
    `  <Machine uuid="{${machine.id}}" name="${escaped(machine.name)}" OSType="${machine.osType}" snapshotFolder="Snapshots">`,
    `    <!-- stand-in ${model} -->`,
    "    <Hardware>",
    `      <Memory RAMSize="${machine.settings.memory ?? 128}"/>`,
    "      <Network>",
    ...adapters,
    "      </Network>",
    "    </Hardware>",
    "  </Machine>",
    "</VirtualBox>",
    "",
  ].join("\n");
  mkdirSync(dirname(machine.settingsFile), { recursive: true });
  writeFileSync(`${machine.settingsFile}-tmp`, text, { mode: 0o600 });
  renameSync(`${machine.settingsFile}-tmp`, machine.settingsFile);
}

/** Reads what {@link writeSettingsFile} wrote; undefined where the file is something else. */
export function readSettingsFile(path: string): Machine | undefined {
  const [, model] = MODEL.exec(readFileSync(path, "utf8")) ?? [];
  return model === undefined ? undefined : { ...(JSON.parse(Buffer.from(model, "base64").toString()) as Machine), settingsFile: path };
}
