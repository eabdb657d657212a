import { expect, test } from "vitest";
import { certifiedBuild, compareClaims } from "../../../src/drivers/signatures/build-claims.js";

type Identity = NonNullable<Parameters<typeof certifiedBuild>[0]>;

const GITHUB = "https://token.actions.githubusercontent.com";
const BUILD = { repository: "github.com/my-org/my-repo", commit: "c0ffee", workflow: ".github/workflows/release.yml" };

/** A certificate's identity. Extensions are given by their number: those below 8 are plain text, the others DER. */
function identity(issuer: string, extensions: Readonly<Record<number, string>>, subjectAlternativeName?: string): Identity {
  const oids = Object.entries(extensions).map(([number, text]) => ({
    oid: { id: [1, 3, 6, 1, 4, 1, 57264, 1, Number(number)] },
    value: Number(number) < 8 ? Buffer.from(text) : derOf(text),
  }));
  return { extensions: { issuer }, oids, ...(subjectAlternativeName === undefined ? {} : { subjectAlternativeName }) };
}

function derOf(text: string): Buffer {
  const { length } = text;
  return Buffer.concat([Buffer.from(length < 128 ? [0x0c, length] : [0x0c, 0x81, length]), Buffer.from(text)]);
}

test("A build at GitHub is told by the certificate's extensions", () => {
  const workflow = "https://github.com/my-org/my-repo/.github/workflows/release.yml@refs/heads/main";
  const extensions = { 12: "https://github.com/my-org/my-repo", 13: "c0ffee", 18: workflow };
  expect(certifiedBuild(identity(GITHUB, extensions))).toEqual(BUILD);
  expect(certifiedBuild(identity(`${GITHUB}/my-company`, extensions))).toEqual(BUILD);
});

test("So is one from before the certificates had the newer extensions", () => {
  const workflow = "https://github.com/my-org/my-repo/.github/workflows/release.yml@refs/tags/v1";
  expect(certifiedBuild(identity(GITHUB, { 3: "c0ffee", 5: "my-org/my-repo" }, workflow))).toEqual(BUILD);
});

test("A build at GitLab, in a group of a group, has the path of its settings as its workflow", () => {
  const address = `https://gitlab.com/${"group/".repeat(20)}repo`;
  const build = certifiedBuild(
    identity("https://gitlab.com", { 12: address, 13: "c0ffee", 18: `${address}//.gitlab-ci.yml@refs/heads/main` }),
  );
  expect(build).toEqual({ repository: address.replace("https://", ""), commit: "c0ffee", workflow: ".gitlab-ci.yml" });
});

test("A workflow of another repository is not told as one of this", () => {
  const other = "https://github.com/their-org/shared/.github/workflows/release.yml@refs/heads/main";
  expect(certifiedBuild(identity(GITHUB, { 12: "https://github.com/my-org/my-repo" }, other))).toEqual({ repository: BUILD.repository });
});

test.each<[string, Identity | undefined]>([
  ["without an identity", undefined],
  ["of another issuer", identity("https://accounts.test", { 12: "https://github.com/my-org/my-repo" })],
  ["without a repository", identity(GITHUB, { 13: "c0ffee" })],
  ["of a repository of another host", identity(GITHUB, { 12: "https://github.com.test/my-org/my-repo" })],
  [
    "with a damaged extension",
    { ...identity(GITHUB, {}), oids: [{ oid: { id: [1, 3, 6, 1, 4, 1, 57264, 1, 12] }, value: Buffer.from([0x0c, 9]) }] },
  ],
])("A certificate %s tells no build", (_what, certificate) => {
  expect(() => certifiedBuild(certificate)).toThrow();
});

const CONFIG = { uri: "git+https://github.com/my-org/my-repo@refs/tags/v1", digest: { sha1: "c0ffee" }, entryPoint: "release" };

test("What the statement says must be what the certificate says, where both say it", () => {
  compareClaims({}, BUILD);
  compareClaims({ invocation: { configSource: CONFIG } }, BUILD);
  compareClaims({ invocation: { configSource: { ...CONFIG, uri: "git+https://github.com/my-org/my-repo" } } }, BUILD);
  const changes: readonly [object, RegExp][] = [
    [{ uri: "git+https://github.com/their-org/my-repo@refs/tags/v1" }, /repository/],
    [{ digest: { sha1: "decade" } }, /commit/],
  ];
  for (const [change, problem] of changes) {
    expect(() => compareClaims({ invocation: { configSource: { ...CONFIG, ...change } } }, BUILD)).toThrow(problem);
  }
  const workflow = { repository: "https://github.com/my-org/my-repo", path: ".github/workflows/other.yml" };
  expect(() => compareClaims({ buildDefinition: { externalParameters: { workflow } } }, BUILD)).toThrow(/workflow/);
});
