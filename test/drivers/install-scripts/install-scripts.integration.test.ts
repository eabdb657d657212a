import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { driverPackage, plainPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";

const SOURCE = "npm:docker-machine-driver-acme";
const SECRETS = {
  MACHINE_GITHUB_API_TOKEN: "secret-1",
  GITHUB_TOKEN: "secret-2",
  GH_TOKEN: "secret-3",
  NPM_TOKEN: "secret-4",
  "npm_config_//registry.example.com/:_authToken": "secret-5",
  AWS_SECRET_ACCESS_KEY: "secret-6",
  DIGITALOCEAN_ACCESS_TOKEN: "secret-7",
  SSH_AUTH_SOCK: "/secret-8",
  NODE_OPTIONS: "--title=secret-9",
};

let world: DriverWorld;
beforeEach(async () => {
  world = await DriverWorld.start();
});

/** A driver with scripts, and a dependency with some. */
function publish(scripts: Readonly<Record<string, string>>, dependency: Readonly<Record<string, unknown>> = {}): void {
  world.registry.publish(plainPackage("dep", "1.0.0", dependency));
  world.registry.publish(driverPackage({ manifest: { scripts, dependencies: { dep: "1.0.0" } } }));
}

const packageFolder = async () => join(world.directory, (await world.folders())[0] ?? "", "package");
const logged = () => world.log.lines.join("\n");

describe("without --allow-scripts", () => {
  it("nothing runs, and whose scripts did not run is said", async () => {
    const mark = join(world.root, "ran");
    publish({ postinstall: `touch ${mark}` }, { scripts: { preinstall: `touch ${mark}`, install: `touch ${mark}` } });
    await world.drivers().install(SOURCE);
    expect(await readdir(world.root)).not.toContain("ran");
    expect(logged()).toContain(
      `Install scripts were not run: those of dep@1.0.0, docker-machine-driver-acme@1.0.0. Should the driver need them: docker-machine driver install --allow-scripts ${SOURCE}`,
    );
  });

  it("scripts that npm doesn't run for an installation are no matter", async () => {
    publish({ prepare: "exit 1", test: "exit 1", prepublishOnly: "exit 1" });
    await world.drivers().install(SOURCE);
    expect(logged()).not.toContain("Install scripts were not run");
  });
});

describe("with --allow-scripts", () => {
  it("they run in npm's order, each in its package's folder, after they were shown, and what they make is installed and recorded", async () => {
    const note = (word: string) => `echo ${word} >> $INIT_CWD/order.txt; echo $PWD > made-${word}.txt`;
    publish({ preinstall: note("a"), postinstall: note("c") }, { scripts: { install: note("b"), preinstall: note("d") } });
    const asked: string[] = [];
    const ask = async (question: string) => asked.push(question) > 0;
    const receipt = await world.drivers({ ask }).install(SOURCE, { allowScripts: true });
    const shown =
      asked
        .at(-1)
        ?.split("\n")
        .filter((line) => line.startsWith("  ")) ?? [];
    expect(shown.map((line) => line.split(": ").slice(0, 2).join(" "))).toEqual([
      "  dep@1.0.0 preinstall",
      "  docker-machine-driver-acme@1.0.0 preinstall",
      "  dep@1.0.0 install",
      "  docker-machine-driver-acme@1.0.0 postinstall",
    ]);
    expect(receipt.scripts).toEqual(shown.map((line) => line.trim()));
    const folder = await packageFolder();
    expect(await readFile(join(folder, "order.txt"), "utf8")).toBe("a\nc\n");
    expect(await readFile(join(folder, "node_modules", "dep", "order.txt"), "utf8")).toBe("d\nb\n");
    expect(await readFile(join(folder, "node_modules", "dep", "made-b.txt"), "utf8")).toMatch(/\/tree\/package\/node_modules\/dep\n$/);
    expect((await world.drivers().obtain("acme")).kind).toBe("installed");
    expect(logged()).toContain("Install scripts were run: dep@1.0.0: preinstall: ");
  });

  it("no means that none ran and nothing is installed", async () => {
    publish({ install: `touch ${join(world.root, "ran")}` });
    const ask = async (question: string) => !question.includes("Run them?");
    expect(await errorOf(() => world.drivers({ ask }).install(SOURCE, { allowScripts: true }))).toMatchObject({
      code: "DRIVER_NOT_TRUSTED",
    });
    expect([await world.folders(), (await readdir(world.root)).includes("ran")]).toEqual([[], false]);
  });

  it("without a terminal, or with --yes, they are said and run", async () => {
    publish({ install: "true" });
    const ask = async () => expect.unreachable("nobody is to be asked");
    await world.drivers().install(SOURCE, { allowScripts: true });
    await world.drivers().uninstall("acme");
    await world.drivers({ ask }).install(SOURCE, { allowScripts: true, yes: true });
    expect(logged().match(/ {2}docker-machine-driver-acme@1\.0\.0: install: true/g)).toHaveLength(2);
  });

  it("no token and no home of the user's reaches them", async () => {
    await writeFile(join(world.root, ".npmrc"), "//registry.example.com/:_authToken=secret-11\n");
    publish({ install: "env > environment.txt; cat $HOME/.npmrc >> environment.txt; ls -A $HOME >> environment.txt; true" });
    const env = { ...world.env, ...SECRETS, LANG: "C.UTF-8" };
    await world.drivers({ env }).install(SOURCE, { allowScripts: true });
    const text = await readFile(join(await packageFolder(), "environment.txt"), "utf8");
    expect(text).not.toContain("secret");
    const names = text.split("\n").flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
    const ofShells = ["PWD", "OLDPWD", "SHLVL", "_"];
    expect(names.filter((name) => !ofShells.includes(name)).sort()).toEqual([
      ...["HOME", "INIT_CWD", "LANG", "NODE", "PATH", "TMPDIR", "npm_lifecycle_event", "npm_lifecycle_script"],
      ...["npm_node_execpath", "npm_package_json", "npm_package_name", "npm_package_version"],
    ]);
    expect(/^HOME=(.*)$/m.exec(text)?.[1]).toContain(".staging");
  });

  it("programs of dependencies, node and node-gyp are found", async () => {
    world.registry.publish({
      ...plainPackage("builder", "1.0.0", { bin: { build: "build.js", evil: "../../../../etc/passwd", "../up": "build.js" } }),
      "build.js": 'require("fs").writeFileSync("built.txt", process.argv.slice(2).join(","));',
    });
    world.registry.publish(
      driverPackage({ manifest: { scripts: { install: "build 1 '2 3' && node -e 'process.exit(0)'" }, dependencies: { builder: "1" } } }),
    );
    await world.drivers().install(SOURCE, { allowScripts: true });
    expect(await readFile(join(await packageFolder(), "built.txt"), "utf8")).toBe("1,2 3");
  });

  it("one that fails ends the installation with what it wrote, and the earlier version stays", async () => {
    publish({});
    await world.drivers().install(SOURCE);
    world.registry.publish(driverPackage({ version: "1.1.0", manifest: { scripts: { install: "echo no compiler here >&2; exit 3" } } }));
    const error = await errorOf(() => world.drivers().install(SOURCE, { allowScripts: true }));
    expect(error).toMatchObject({ code: "DRIVER_SCRIPT_FAILED", message: expect.stringMatching(/exit code 3:\nno compiler here$/) });
    expect((await world.drivers().obtain("acme")).version).toBe("1.0.0");
  });

  it("one of an optional package may fail", async () => {
    world.registry.publish(plainPackage("extra", "1.0.0", { scripts: { install: "exit 1" } }));
    world.registry.publish(driverPackage({ manifest: { optionalDependencies: { extra: "1.0.0" } } }));
    await world.drivers().install(SOURCE, { allowScripts: true });
    expect(logged()).toContain("The package is optional, so the installation goes on.");
  });

  it("what they leave is a tree of plain files, and nothing keeps running", async () => {
    const outside = join(world.root, "outside");
    await mkdir(outside);
    publish({
      install: `echo text > file.txt; ln -s file.txt inner; ln -s ${outside} outer; ln -s /nowhere dangling; mkfifo pipe; (sleep 600; touch ${outside}/late) & echo $! > ${outside}/pid`,
    });
    await world.drivers().install(SOURCE, { allowScripts: true });
    const names = await readdir(await packageFolder());
    expect(names.toSorted()).toEqual(["file.txt", "index.js", "inner", "node_modules", "package.json"]);
    expect(await readFile(join(await packageFolder(), "inner"), "utf8")).toBe("text\n");
    expect(logged()).toContain('An install script left "outer", which is no plain file. It was removed.');
    const pid = Number(await readFile(join(outside, "pid"), "utf8"));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it("what is installed without them is installed anew with them", async () => {
    publish({ install: "touch made" });
    await world.drivers().install(SOURCE);
    await world.drivers().install(SOURCE, { allowScripts: true });
    const receipt = await world.drivers().install(SOURCE, { allowScripts: true });
    expect(receipt.scripts).toEqual(["docker-machine-driver-acme@1.0.0: install: touch made"]);
    expect(logged()).toContain("is installed already");
  });

  it("an interrupt ends them", async () => {
    publish({ install: "sleep 600" });
    const controller = new AbortController();
    const log = { ...silent(), debug: (message: string) => message.startsWith("Running") && controller.abort() };
    const error = await errorOf(() => world.drivers({ signal: controller.signal, log }).install(SOURCE, { allowScripts: true }));
    expect(error.code).toBe("OPERATION_ABORTED");
    expect(await world.folders()).toEqual([]);
  });
});

function silent() {
  return { debug: () => undefined, info: () => undefined, warn: () => undefined };
}

/** A zombie that nobody has buried yet has ended, too. */
async function isRunning(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`, "utf8").then(
    (text) => !/\) Z /.test(text),
    () => false,
  );
}
