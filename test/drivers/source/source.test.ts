import { describe, expect, test } from "vitest";
import { type DriverSource, formatSource, isSameOrigin, parseSource } from "../../../src/drivers/source/source.js";
import { errorOf } from "../../support/error-of.js";

const parse = (typed: string) => parseSource(typed, "/here");
const github = { kind: "git", transport: "https", host: "github.com", path: "o/r.git" } as const;

const FORMS: readonly (readonly [typed: string, source: DriverSource, canonical: string])[] = [
  ["virtualbox", { kind: "name", name: "virtualbox" }, "virtualbox"],
  [" my-driver2 ", { kind: "name", name: "my-driver2" }, "my-driver2"],
  ["npm:pkg", { kind: "npm", package: "pkg" }, "npm:pkg"],
  ["npm:pkg@^1.2", { kind: "npm", package: "pkg", range: "^1.2" }, "npm:pkg@^1.2"],
  ["npm:@scope/pkg@next", { kind: "npm", package: "@scope/pkg", range: "next" }, "npm:@scope/pkg@next"],
  ["pkg@1.2.3", { kind: "npm", package: "pkg", range: "1.2.3" }, "npm:pkg@1.2.3"],
  ["pkg@>=1 <3 || 5.x", { kind: "npm", package: "pkg", range: ">=1 <3 || 5.x" }, "npm:pkg@>=1 <3 || 5.x"],
  ["@scope/pkg", { kind: "npm", package: "@scope/pkg" }, "npm:@scope/pkg"],
  ["@scope/pkg@~1", { kind: "npm", package: "@scope/pkg", range: "~1" }, "npm:@scope/pkg@~1"],
  ["o/r", github, "github.com/o/r"],
  ["o/r@v1.2.3", { ...github, ref: "v1.2.3" }, "github.com/o/r@v1.2.3"],
  ["o/r@^1", { ...github, ref: "^1" }, "github.com/o/r@^1"],
  ["o/r@>=1 <2", { ...github, ref: ">=1 <2" }, "github.com/o/r@>=1 <2"],
  ["o/r#feature/x", { ...github, ref: "feature/x" }, "github.com/o/r@feature/x"],
  ["o/r#semver:^1", { ...github, ref: "^1" }, "github.com/o/r@^1"],
  ["github:o/r", github, "github.com/o/r"],
  ["github.com/o/r", github, "github.com/o/r"],
  ["GitHub.com/o/r.git/", github, "github.com/o/r"],
  [
    "github.com/my-org/docker-machine-driver-nspawn@main",
    { ...github, path: "my-org/docker-machine-driver-nspawn.git", ref: "main" },
    "github.com/my-org/docker-machine-driver-nspawn@main",
  ],
  ["https://github.com/o/r", github, "github.com/o/r"],
  ["https://github.com/o/r.git#v1", { ...github, ref: "v1" }, "github.com/o/r@v1"],
  ["git+https://github.com/o/r", github, "github.com/o/r"],
  ["gitlab.com/group/sub/r@1", { ...github, host: "gitlab.com", path: "group/sub/r.git", ref: "1" }, "gitlab.com/group/sub/r@1"],
  ["gitlab:group/r", { ...github, host: "gitlab.com", path: "group/r.git" }, "gitlab.com/group/r"],
  ["bitbucket.org/o/r", { ...github, host: "bitbucket.org" }, "bitbucket.org/o/r"],
  ["ghe.corp.example/o/r", { ...github, host: "ghe.corp.example" }, "ghe.corp.example/o/r"],
  ["https://git.example:8443/o/r", { ...github, host: "git.example:8443" }, "git+https://git.example:8443/o/r.git"],
  [
    "git+https://dev.example/org/_git/repo",
    { ...github, host: "dev.example", path: "org/_git/repo" },
    "git+https://dev.example/org/_git/repo",
  ],
  ["git+http://127.0.0.1:99/o/r.git", { ...github, transport: "http", host: "127.0.0.1:99" }, "git+http://127.0.0.1:99/o/r.git"],
  ["git@github.com:o/r.git#v1", { ...github, transport: "ssh", user: "git", ref: "v1" }, "git+ssh://git@github.com/o/r.git#v1"],
  [
    "git+ssh://git@git.example:2222/o/r",
    { ...github, transport: "ssh", user: "git", host: "git.example:2222", path: "o/r" },
    "git+ssh://git@git.example:2222/o/r",
  ],
  ["ssh://github.com/o/r", { ...github, transport: "ssh" }, "git+ssh://github.com/o/r.git"],
  [
    "git+file:///srv/my%20git/r.git#v1",
    { kind: "git", transport: "file", host: "", path: "/srv/my git/r.git", ref: "v1" },
    "git+file:///srv/my%20git/r.git#v1",
  ],
  ["https://a.example/x-1.0.0.tgz", { kind: "tarball-url", url: "https://a.example/x-1.0.0.tgz" }, "https://a.example/x-1.0.0.tgz"],
  [
    "https://a.example/x.tar.gz?raw=1#top",
    { kind: "tarball-url", url: "https://a.example/x.tar.gz?raw=1" },
    "https://a.example/x.tar.gz?raw=1",
  ],
  ["http://localhost:8080/x.tgz", { kind: "tarball-url", url: "http://localhost:8080/x.tgz" }, "http://localhost:8080/x.tgz"],
  ["./x.tgz", { kind: "tarball-file", path: "/here/x.tgz" }, "/here/x.tgz"],
  ["../y/x.tar.gz", { kind: "tarball-file", path: "/y/x.tar.gz" }, "/y/x.tar.gz"],
  ["file:x.tgz", { kind: "tarball-file", path: "/here/x.tgz" }, "/here/x.tgz"],
  ["./o/r", { kind: "folder", path: "/here/o/r" }, "/here/o/r"],
  [".", { kind: "folder", path: "/here" }, "/here"],
  ["/srv/driver/", { kind: "folder", path: "/srv/driver" }, "/srv/driver"],
  ["file:///srv/driver", { kind: "folder", path: "/srv/driver" }, "/srv/driver"],
];

describe("what is a driver", () => {
  test.each(FORMS)("%s", (typed, source, canonical) => {
    expect(parse(typed)).toEqual(source);
    expect(formatSource(source)).toBe(canonical);
    expect(parse(canonical)).toEqual(source);
  });
});

describe("what is not a driver", () => {
  test.each([
    ["", "SOURCE_INVALID"],
    ["-x", "SOURCE_INVALID"],
    ["--upload-pack=touch", "SOURCE_INVALID"],
    ["a\nb", "SOURCE_INVALID"],
    ["VirtualBox", "SOURCE_INVALID"],
    ["__proto__", "SOURCE_INVALID"],
    ["..x", "SOURCE_INVALID"],
    ["vіrtualbox", "SOURCE_INVALID"],
    ["x.tgz", "SOURCE_INVALID"],
    ["npm:", "SOURCE_INVALID"],
    ["npm:Foo", "SOURCE_INVALID"],
    ["npm:../x", "SOURCE_INVALID"],
    ["npm:x@", "SOURCE_INVALID"],
    ["npm:x@file:/etc", "SOURCE_INVALID"],
    ["npm:x@npm:y@1", "SOURCE_INVALID"],
    ["@scope", "SOURCE_INVALID"],
    ["o/r/x", "SOURCE_INVALID"],
    ["o/..", "SOURCE_INVALID"],
    ["o/-r@-x", "SOURCE_INVALID"],
    ["o/r@a..b", "SOURCE_INVALID"],
    ["o/r@a b:c", "SOURCE_INVALID"],
    ["github.com/o", "SOURCE_INVALID"],
    ["github.com/o/r/tree/v1", "SOURCE_INVALID"],
    ["-host.example/o/r", "SOURCE_INVALID"],
    ["git+ssh://-oProxyCommand=x/o/r", "SOURCE_INVALID"],
    ["git+ext::sh -c touch", "SOURCE_INVALID"],
    ["ext::sh", "SOURCE_INVALID"],
    ["ftp://a.example/x.tgz", "SOURCE_INVALID"],
    ["https://a.example/x.zip", "SOURCE_INVALID"],
    ["https://a.example/%zz/r", "SOURCE_INVALID"],
    ["https://", "SOURCE_INVALID"],
    ["http://a.example/x.tgz", "SOURCE_INSECURE"],
    ["git+http://a.example/o/r", "SOURCE_INSECURE"],
    ["http://127.evil.example/x.tgz", "SOURCE_INSECURE"],
    ["https://me@github.com/o/r", "SOURCE_HAS_CREDENTIALS"],
    ["https://a.example/x.tgz?X-Amz-Signature=1", "SOURCE_HAS_CREDENTIALS"],
  ])("%s", async (typed, code) => {
    expect((await errorOf(() => parse(typed))).code).toBe(code);
  });

  test.each([
    "https://me:hunter2@github.com/o/r",
    "git+ssh://me:hunter2@git.example/o/r",
    "https://a.example/x.tgz?token=hunter2",
    "ftp://me:hunter2@a.example/x",
  ])("the secret in %s is not shown", async (typed) => {
    const error = await errorOf(() => parse(typed));
    expect([error.message, ...error.suggestions].join()).not.toContain("hunter2");
  });

  test("an address copied from a browser gets the form that works", async () => {
    const { suggestions } = await errorOf(() => parse("https://github.com/o/r/releases/tag/v1.2"));
    expect(suggestions[0]).toBe("docker-machine driver install github.com/o/r@v1.2");
  });
});

test("the same package or repository is the same origin in any version and by any transport", () => {
  expect(isSameOrigin(parse("o/r@v1"), parse("git@github.com:o/r.git"))).toBe(true);
  expect(isSameOrigin(parse("npm:x@1"), parse("npm:x"))).toBe(true);
  expect(isSameOrigin(parse("o/r"), parse("gitlab.com/o/r"))).toBe(false);
  expect(isSameOrigin(parse("npm:x"), parse("x/x"))).toBe(false);
});
