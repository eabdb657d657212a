/** The UUIDs that `VBoxManage list vms` tells. */
export function parseVmUuids(text: string): readonly string[] {
  return [...text.matchAll(/^".*" \{([0-9a-fA-F-]{36})\}\s*$/gm)].map(([, uuid = ""]) => uuid);
}
