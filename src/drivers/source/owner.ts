import type { DriverSource } from "./source.js";

/**
 * Whose a source is: `github.com/my-org` for a repository, `npm:@my-scope` or `npm:my-package` for a package, the host of a tarball.
 * Files and folders of the user's own have no owner.
 */
export function ownerOf(source: DriverSource): string | undefined {
  switch (source.kind) {
    case "npm":
      return source.package.startsWith("@") ? `npm:${source.package.split("/")[0]}` : `npm:${source.package}`;
    case "git":
      // Over any transport it is the same owner; on GitLab, the innermost group.
      return source.transport === "file" ? undefined : `${source.host}/${source.path.split("/").slice(0, -1).join("/")}`;
    case "tarball-url":
      return new URL(source.url).host;
    case "name":
    case "tarball-file":
    case "folder":
      return undefined;
  }
}
