import { isDriverError } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { VBoxManage } from "../src/vboxmanage.js";
import * as recorded from "./support/recordings.js";

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isDriverError(error) ? error.code : String(error);
}

/** Runs VBoxManage once; it fails with this on stderr. */
function failing(stderr: string, exitCode = 1): Promise<string> {
  return codeOf(new VBoxManage(new FakeHost({ run: () => ({ exitCode, stderr }) }), "VBoxManage").run(["showvminfo", "dev"]));
}

describe("a failure of VBoxManage", () => {
  test.each([
    ["VIRTUALBOX_VM_MISSING", recorded.VM_MISSING],
    ["VIRTUALBOX_VM_MISSING", "VBoxManage: error: Could not find a registered machine named 'dev'\n"],
    [
      "VIRTUALBOX_NAME_TAKEN",
      "VBoxManage: error: Registered machine with UUID {99c6a563-deea-4673-81e3-860a818a6d72} ('/a/dev.vbox') already exists\n",
    ],
    ["VIRTUALBOX_RANGE_REFUSED", recorded.RANGE_REFUSED],
    ["VIRTUALBOX_VTX_IN_USE", recorded.VTX_IN_USE],
    ["VIRTUALBOX_VTX_DISABLED", "VBoxManage: error: VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)\n"],
    [
      "VIRTUALBOX_KERNEL_MODULE_MISSING",
      "VBoxManage: error: The virtual machine 'x' has terminated unexpectedly, kernel driver not installed (rc=-1908)\n",
    ],
    ["VIRTUALBOX_COMMAND_FAILED", "VBoxManage: error: Something new\n"],
  ])("is told as %s", async (code, stderr) => {
    expect(await failing(stderr)).toBe(code);
  });

  test("is one even with exit code 0, if it says error:", async () => {
    expect(await failing("VBoxManage: error: Something new\n", 0)).toBe("VIRTUALBOX_COMMAND_FAILED");
    expect(await failing("0%...10%...100%\n", 0)).not.toMatch(/^VIRTUALBOX/);
  });

  test("quotes what VBoxManage said, without where in its sources that is", async () => {
    const host = new FakeHost({ run: () => ({ exitCode: 1, stderr: recorded.RANGE_REFUSED }) });
    await expect(new VBoxManage(host, "VBoxManage").run(["hostonlyif", "ipconfig"])).rejects.toThrow(
      /Access denied \(extended info not available\)$/,
    );
  });

  test("that passes is waited out", async () => {
    const answers = [recorded.VM_LOCKED, "VBoxManage: error: The object is not ready\n", ""];
    const host = new FakeHost({
      run: () => {
        const stderr = answers.shift() ?? "";
        return { exitCode: stderr === "" ? 0 : 1, stderr, stdout: "done" };
      },
    });
    expect(await new VBoxManage(host, "VBoxManage").run(["modifyvm", "dev"])).toBe("done");
    expect(host.sleepsMs).toHaveLength(2);
  });

  test("that does not pass ends, too", async () => {
    expect(await failing(recorded.VM_LOCKED)).toBe("VIRTUALBOX_COMMAND_FAILED");
  });
});

test("without VirtualBox, the error says how to install it", async () => {
  expect(await codeOf(new VBoxManage(new FakeHost(), "VBoxManage").run(["--version"]))).toBe("VIRTUALBOX_MISSING");
});
