/** What a registry redirects, and where to. */
export const REDIRECTS = ["a package", "a tarball"].flatMap((what) => ["another host", "another port"].map((where) => ({ what, where })));
/** What is tried after the tag of a pinned driver was moved. */
export const MOVED_TAGS = ["update", "install", "install --pin"] as const;
