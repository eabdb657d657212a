import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import type { Fits, RegistryPackage } from "../npm/npm-registry.js";
import { ownerOf } from "../source/owner.js";
import type { DriverRow, SdkFit } from "./driver-row.js";
import { repositoryKeyOf } from "./repository-key.js";

/** The part of npm's client that a search needs. */
export interface PackageSearch {
  /** What a registry's search endpoint answers, unchecked. */
  search(text: string, size: number): Promise<unknown>;
  find(name: string, wanted: string, options: { readonly fits: Fits }): Promise<RegistryPackage>;
}

/** What a registry tells of a package that its search found (https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#get-v1search). */
interface FoundPackage {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly date?: string;
  readonly repository?: string;
  readonly downloadsPerMonth?: number;
}

const KEYWORD = "docker-machine-driver";
const SIZE = 50;
/** How many packages are looked at whole, for what a search does not tell. */
const LOOKED_AT = 20;
const SDK_PACKAGE = "@docker-machine/driver-sdk";

/**
 * The driver packages of the user's registry that have all words of the term. Whether they fit is told of the first twenty.
 *
 * @param fits whether a package.json's SDK range takes this program's SDK
 * @throws {MachineError} as a registry's answers go wrong
 */
export async function npmRows(npm: PackageSearch, words: readonly string[], fits: Fits): Promise<DriverRow[]> {
  // Registries of one's own, such as Verdaccio, know no keywords: they look for each word in names and descriptions.
  const texts = [`keywords:${KEYWORD}`, KEYWORD].map((first) => [first, ...words].join(" "));
  const answers = await Promise.all(texts.map((text) => npm.search(text, SIZE))).catch((error: unknown) => {
    throw isDriverError(error) && error.code === "SOURCE_NOT_FOUND" ? withoutSearch(error) : error;
  });
  const found = [...new Map(answers.flatMap(readAnswer).map((each) => [each.name, each])).values()].filter((each) => isWanted(each, words));
  return Promise.all(found.map((each, at) => (at < LOOKED_AT ? lookedAt(each, npm, fits) : plainRow(each))));
}

function withoutSearch(cause: unknown): MachineError {
  return new MachineError("SOURCE_ANSWER_INVALID", "The registry that .npmrc names has no search.", {
    cause,
    suggestions: ["A package whose name you know can still be looked at: docker-machine driver info npm:PACKAGE"],
  });
}

/** A registry may find more than was asked for: some know no keywords, and some no words. */
function isWanted({ name, description = "", keywords }: FoundPackage & { readonly keywords: readonly string[] }, words: readonly string[]) {
  const isDriver = keywords.includes(KEYWORD) || new RegExp(`(^|/)${KEYWORD}-.`).test(name);
  const text = [name, description, ...keywords].join(" ").toLowerCase();
  return isDriver && words.every((word) => text.includes(word));
}

async function lookedAt(found: FoundPackage, npm: PackageSearch, fits: Fits): Promise<DriverRow> {
  const row = plainRow(found);
  // What was found is shown all the same.
  const known = await npm.find(found.name, "latest", { fits }).catch(() => undefined);
  if (known === undefined) return row;
  const newest = known.passedOver ?? known.manifest;
  const { dockerMachine, deprecated, repository, version } = newest;
  if (!isObject(dockerMachine)) return row;
  const { testedUpTo } = dockerMachine;
  const sdk = sdkFit(known, fits);
  const key = repositoryKeyOf(repository);
  return {
    ...row,
    ...(typeof version === "string" ? { version, ...releasedAt(known.listing, version) } : {}),
    ...(sdk === undefined ? {} : { sdk }),
    ...(typeof testedUpTo === "string" ? { testedUpTo } : {}),
    ...(typeof deprecated === "string" && deprecated !== "" ? { deprecated: { reason: deprecated } } : {}),
    places: { ...row.places, repositories: key === undefined ? row.places.repositories : [key] },
  };
}

/** A search may lag behind. */
function releasedAt({ time }: RegistryPackage["listing"], version: string): Pick<DriverRow, "releasedAt"> {
  const at = isObject(time) ? time[version] : undefined;
  return typeof at === "string" ? { releasedAt: at } : {};
}

function sdkFit({ manifest, passedOver }: RegistryPackage, fits: Fits): SdkFit | undefined {
  const { peerDependencies } = passedOver ?? manifest;
  const range = isObject(peerDependencies) ? peerDependencies[SDK_PACKAGE] : undefined;
  if (typeof range !== "string") return undefined;
  if (passedOver === undefined) return { fits: fits(manifest), range };
  return { fits: true, range, newestFitting: String(manifest.version) };
}

function plainRow({ name, version, description, date, repository, downloadsPerMonth }: FoundPackage): DriverRow {
  const owner = ownerOf({ kind: "npm", package: name });
  const key = repositoryKeyOf(repository);
  return {
    source: `npm:${name}`,
    kind: "package",
    isIndexed: false,
    aliases: [],
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { summary: description }),
    ...(version === undefined ? {} : { version }),
    ...(date === undefined ? {} : { releasedAt: date, changedAt: date }),
    ...(downloadsPerMonth === undefined ? {} : { downloadsPerMonth }),
    places: { packages: [name], repositories: key === undefined ? [] : [key] },
  };
}

function readAnswer(answer: unknown): (FoundPackage & { readonly keywords: readonly string[] })[] {
  const objects = isObject(answer) && Array.isArray(answer.objects) ? answer.objects : [];
  return objects.flatMap((each: unknown) => {
    if (!isObject(each) || !isObject(each.package)) return [];
    const { name, version, description, date, links, keywords } = each.package;
    if (typeof name !== "string") return [];
    const monthly = isObject(each.downloads) ? each.downloads.monthly : undefined;
    const repository = isObject(links) ? links.repository : undefined;
    return [
      {
        name,
        keywords: Array.isArray(keywords) ? keywords.map(String) : [],
        ...texts({ version, description, date, repository }),
        ...(typeof monthly === "number" ? { downloadsPerMonth: monthly } : {}),
      },
    ];
  });
}

/** Those of the fields that are texts. */
function texts<K extends string>(fields: Readonly<Record<K, unknown>>): { readonly [Name in K]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === "string" && value !== "")) as {
    readonly [Name in K]?: string;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
