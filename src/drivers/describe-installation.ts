import type { Receipt } from "./receipts.js";

/** The sentence for a driver that was installed just now. */
export function describeInstallation(receipt: Receipt): string {
  const { name, version, source, commit, treeHash, fileCount, sizeBytes, linked, folder } = receipt;
  if (linked) return `Linked the driver "${name}" ${version}: it is used in place, from ${folder}.`;
  const from = commit === undefined ? source : `${source}, commit ${commit}`;
  const size = sizeBytes < 1_000_000 ? `${Math.ceil(sizeBytes / 1000)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
  const pinned = receipt.pinned ? " It is pinned: updates pass it over." : "";
  const scripts =
    receipt.scripts === undefined || receipt.scripts.length === 0
      ? "No install scripts were run."
      : `Install scripts were run: ${receipt.scripts.join("; ")}.`;
  return `Installed the driver "${name}" ${version} from ${from} (sha256 ${treeHash}, ${fileCount} files, ${size}). ${scripts}${pinned}`;
}

/** The sentence for a driver that was to be installed and is there. */
export function describePresent({ name, version, source, pinned }: Receipt): string {
  return `The driver "${name}" ${version} from ${source} is installed already${pinned ? ", and pinned" : ""}.`;
}
