import { expect, test } from "vitest";
import { checkSupported, parseOsRelease } from "../../src/provision/operating-system.js";

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n', "debian", "Debian GNU/Linux 12 (bookworm)"],
  ["# comment\nID='ubuntu'\nID_LIKE=debian\nNAME=Ubuntu\n", "ubuntu", "Ubuntu"],
  ['ID="opensuse-leap"\nPRETTY_NAME="open\\"SUSE\\""\n', "opensuse-leap", 'open"SUSE"'],
  ["", "linux", "linux"],
])("os-release %j is read", (content, id, prettyName) => {
  expect(parseOsRelease(content)).toEqual({ id, prettyName });
});

test("Debian, Ubuntu and Amazon Linux with systemd are supported, and what else a host runs is named", () => {
  for (const id of ["debian", "ubuntu", "amzn"]) expect(() => checkSupported({ id, prettyName: id }, true)).not.toThrow();
  expect(() => checkSupported({ id: "alpine", prettyName: "Alpine Linux v3.20" }, false)).toThrow(
    expect.objectContaining({ code: "HOST_UNSUPPORTED", message: expect.stringContaining("runs Alpine Linux v3.20,") }),
  );
  expect(() => checkSupported({ id: "debian", prettyName: "Debian" }, false)).toThrow(
    expect.objectContaining({ code: "HOST_UNSUPPORTED", message: expect.stringContaining("(Debian) does not run systemd") }),
  );
});
