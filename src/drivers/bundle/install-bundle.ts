import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { Candidate } from "../candidate.js";
import { checkCompatibility } from "../compatibility.js";
import { describeInstallation } from "../describe-installation.js";
import { inDriversFolder, judge, settle } from "../install.js";
import type { InstallContext, Pinning, StageContext, StagedDriver } from "../install-context.js";
import { importDriver } from "../load.js";
import { parseManifestText, readManifest } from "../manifest.js";
import { currentPlatform, formatPlatform, type Platform } from "../npm/dependency-pins.js";
import type { InstalledVersion, Receipt } from "../receipts.js";
import { isShippedName } from "../shipped.js";
import { ownerOf } from "../source/owner.js";
import { formatSource, parseSource } from "../source/source.js";
import { refuseSecondSdk } from "../stage-package.js";
import { recordedFiles } from "../tree/installed-tree.js";
import { PACKAGE_FOLDER } from "../tree/tree-listing.js";
import { type BundledDriver, checkContent, invalidBundle } from "./bundle-manifest.js";
import { platformParts } from "./platform-parts.js";
import { inspectBundle, unpackBundle } from "./read-bundle.js";

/**
 * Installs all drivers of a bundle, without network: every entry, hash and size is checked, and so are this program's SDK, this platform and the user's policy. All are judged before any is installed.
 *
 * @param file the bundle, absolute
 * @throws {MachineError} `BUNDLE_INVALID`, `BUNDLE_PLATFORM`, and as an installation
 */
export async function installBundle(file: string, context: InstallContext): Promise<readonly Receipt[]> {
  return inDriversFolder(context, async (scratch) => {
    const stage = { ...context, scratch };
    context.onStep("resolve");
    const { manifest, drivers } = checkContent(await inspectBundle(file), file);
    const folder = join(scratch, "bundle");
    await unpackBundle(file, folder);
    const staged: [StagedDriver, BundledDriver][] = [];
    for (const driver of drivers) {
      await refuseOtherPlatform(driver, { folder, file, madeOn: manifest.platform });
      staged.push([await judged(driver, { folder, file }, stage), driver]);
    }
    const receipts: Receipt[] = [];
    for (const [each, driver] of staged) {
      const receipt = await settle(each, { ...stage, pinning: expecting(driver, file) });
      context.log.info(describeInstallation(receipt));
      receipts.push(receipt);
    }
    return receipts;
  });
}

interface Unpacked {
  /** The bundle's content, unpacked. */
  readonly folder: string;
  /** The bundle. */
  readonly file: string;
}

async function refuseOtherPlatform(
  { version, files }: BundledDriver,
  { folder, file, madeOn }: Unpacked & { readonly madeOn: Platform },
): Promise<void> {
  const parts = await platformParts(version, join(folder, version.folder), files);
  const here = currentPlatform();
  if (parts.length === 0 || formatPlatform(here) === formatPlatform(madeOn)) return;
  throw new MachineError(
    "BUNDLE_PLATFORM",
    `The bundle ${file} was made on ${formatPlatform(madeOn)}, and this is ${formatPlatform(here)}: the driver "${version.name}" ${version.version} has parts for one platform alone (${parts.slice(0, 3).join(", ")}).`,
    {
      suggestions: [`Make the bundle on a computer with ${formatPlatform(here)}: docker-machine driver bundle ${version.name} -o FILE.tgz`],
    },
  );
}

/** What the bundle says of a driver is a claim: its name, version and SDK range are read from its package.json, and the gates see the file that it came in. */
async function judged({ version }: BundledDriver, { folder, file }: Unpacked, context: StageContext): Promise<StagedDriver> {
  const staged = join(folder, version.folder);
  const packageFolder = join(staged, PACKAGE_FOLDER);
  const read = version.form === "program" ? programFacts(version, file) : await packageFacts(version, { packageFolder, file });
  const { name, entry } = version;
  const source = parseSource(version.source, "/");
  const owner = ownerOf(source);
  const { commit, tag, integrity } = version;
  const origin = {
    ...(commit === undefined ? {} : { commit }),
    ...(tag === undefined ? {} : { tag }),
    ...(integrity === undefined ? {} : { integrity }),
  };
  const candidate: Candidate = {
    source,
    shownSource: formatSource(source),
    ...(owner === undefined ? {} : { owner }),
    name,
    version: version.version,
    ...origin,
    ...read,
    facts: {},
  };
  if (candidate.sdkRange !== undefined) {
    const { version: sdkVersion } = context.sdk;
    await checkCompatibility({ driver: name, version: version.version, source: file, sdkRange: candidate.sdkRange, sdkVersion });
  }
  const { owner: _owner, ...ownerless } = candidate;
  await judge(candidate, context, { ...ownerless, source: { kind: "tarball-file", path: file }, shownSource: file });
  const driver = { name, source: candidate.shownSource, folder: packageFolder, entry };
  const tryImport = async () => (version.form === "program" ? undefined : void (await importDriver(driver)));
  return { candidate, staged, package: version.package, entry, tryImport };
}

type FormFacts = Pick<Candidate, "form" | "package" | "sdkRange" | "testedUpTo">;

async function packageFacts(
  version: InstalledVersion,
  { packageFolder, file }: { readonly packageFolder: string; readonly file: string },
): Promise<FormFacts> {
  const text = await readFile(join(packageFolder, "package.json"), "utf8").catch(() => "");
  const manifest = readManifest(parseManifestText(text, { source: file }), { source: file });
  const claims = {
    package: version.package,
    version: version.version,
    driver: version.name,
    sdkRange: version.sdkRange,
    entry: version.entry,
  };
  const wrong = (["package", "version", "driver", "sdkRange", "entry"] as const).find((field) => claims[field] !== manifest[field]);
  if (wrong !== undefined)
    throw invalidBundle(
      file,
      `the ${wrong} of "${version.name}" is ${JSON.stringify(claims[wrong])} in its receipt, and ${JSON.stringify(manifest[wrong])} in its package.json`,
    );
  await refuseSecondSdk(packageFolder, manifest, file);
  const { package: packageName, sdkRange, testedUpTo } = manifest;
  return { form: "package", package: packageName, sdkRange, ...(testedUpTo === undefined ? {} : { testedUpTo }) };
}

function programFacts({ name, entry }: InstalledVersion, file: string): FormFacts {
  if (isShippedName(name)) throw invalidBundle(file, `"${name}" is the name of a driver that is part of docker-machine`);
  if (!/^docker-machine-driver-[a-z0-9-]+(?:\.exe)?$/.test(entry))
    throw invalidBundle(file, `${JSON.stringify(entry)} is not a driver's program`);
  return { form: "program" };
}

/** The tree on disk must be the one that was listed. Executable bits are left out: Windows keeps none. */
function expecting({ files }: BundledDriver, file: string): Pinning {
  return {
    pins: async () => ({}),
    check: async (folder) => {
      const found = new Map((await recordedFiles(folder)).map((each) => [each.name, each]));
      const wrong = files.find(({ name, hash }) => found.get(name)?.hash !== hash);
      if (wrong !== undefined) throw invalidBundle(file, `the content of ${JSON.stringify(wrong.name)} is not what its listing says`);
      if (found.size !== files.length) throw invalidBundle(file, "it unpacks to more files than it lists");
    },
  };
}
