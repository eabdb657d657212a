import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs", "errors.md"), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => [section.slice(0, section.indexOf("\n")), section] as const);
const documented = new Set(sections.map(([code]) => code));

/** Every code that the core or a shipped driver throws, found by its form. */
function codesInSources(): Map<string, string> {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "src"));
  const codes = new Map<string, string>();
  for (const folder of [join(root, "src"), ...packages]) {
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && !name.startsWith("testing"),
    )) {
      // The variable of a driver's option is no code.
      const text = readFileSync(join(folder, path), "utf8").replaceAll(/\benv: "[A-Z0-9_]+"/g, "");
      const pattern = /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g;
      for (const [, code = ""] of text.matchAll(pattern)) if (!isForeign(code)) codes.set(code, path);
    }
  }
  return codes;
}

/** Codes of Node, OpenSSL and npm, words of QEMU and ISO 9660, environment variables, columns of ls, and names of files: no errors of ours. */
function isForeign(code: string): boolean {
  return /^(?:ERR_|JOB_STATUS_CHANGE$|RRIP_|E[A-Z]+$|EAI_|PRETTY_NAME$|CERT_|DEPTH_|SELF_|UNABLE_|Z_|MACHINE_(?:DRIVER|BUGSNAG|NATIVE|DOCKER|SWARM|TLS|STORAGE|GIT|INDEX|OFFLINE)|DOCKER_|GENERIC_|VBOX_|GIT_CONFIG|GIT_(?:TERMINAL|ASKPASS|SSH)|GH_|GITHUB_|GITLAB_|GITEA_|(?:NO|ALL|HTTPS?)_PROXY|NUMBER_OF_|PROCESSOR_|SSL_CERT_|NODE_EXTRA_|SSH_AUTH_SOCK|ENGINE_REGISTRY_MIRROR|ACTIVE_|SWARM_OPTIONS|ENGINE_OPTIONS)/.test(
    code,
  );
}

describe("docs/errors.md", () => {
  const thrown = codesInSources();

  it("finds the codes in the sources", () => expect(thrown.size).toBeGreaterThan(60));

  it.each([...thrown])("explains %s (of %s)", (code) => expect([...documented]).toContain(code));

  it.each(sections)("says of %s what it means, why it happens and what to do, and is thrown somewhere", (code, section) => {
    for (const word of ["Meaning", "Cause", "Fix"]) expect(section).toMatch(new RegExp(`\\*\\*${word}:\\*\\* \\S`));
    expect([...thrown.keys()]).toContain(code);
  });

  it("explains each code once", () => expect(sections).toHaveLength(documented.size));
});
