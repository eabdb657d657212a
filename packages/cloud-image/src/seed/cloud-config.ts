import { X509Certificate } from "node:crypto";
import { DriverError } from "@docker-machine/driver-sdk";
import { hostNameOf } from "./host-name.js";
import { type GuestFile, proxyFiles } from "./proxy-files.js";
import type { Seed, SeedProxy, SharedFolder } from "./seed.js";
import { seedInvalid } from "./seed-invalid.js";

/** cloud-init's configuration as far as docker-machine sets it. Field names and meanings: cloud-init's module reference. */
export interface CloudConfig {
  readonly hostname: string;
  readonly fqdn?: string;
  readonly prefer_fqdn_over_hostname?: boolean;
  readonly manage_etc_hosts: "localhost";
  readonly user: { readonly name: string; readonly primary_group?: string; readonly lock_passwd: boolean; readonly sudo: string };
  readonly ssh_authorized_keys: readonly string[];
  readonly ssh_pwauth: boolean;
  readonly disable_root?: boolean;
  readonly ssh_genkeytypes: readonly string[];
  readonly ssh: { readonly emit_keys_to_console: boolean };
  readonly no_ssh_fingerprints: boolean;
  readonly locale: "false";
  readonly growpart: { readonly mode: "auto" };
  readonly resize_rootfs: boolean;
  readonly package_update: boolean;
  readonly package_upgrade: boolean;
  readonly apt?: { readonly http_proxy?: string; readonly https_proxy?: string };
  readonly write_files?: readonly GuestFile[];
  readonly ca_certs?: { readonly trusted: readonly string[] };
  readonly mounts?: readonly (readonly string[])[];
}

/**
 * What docker-machine asks of a guest: its name, the user with the key and `sudo`, a root file system as large as the disk, proxies, CAs,
 * shared folders. A setting that cloud-init calls `user` renames the distribution's default user and leaves the rest of it as it is;
 * `users` stays free for the user's own text.
 *
 * @throws {DriverError} `SEED_INVALID`, `PROXY_INVALID`, `CA_CERTIFICATE_INVALID`
 */
export function cloudConfigOf(seed: Seed): CloudConfig {
  const { short, full } = hostNameOf(seed.hostname);
  return {
    hostname: short,
    ...(full === short ? {} : { fqdn: full, prefer_fqdn_over_hostname: true }),
    manage_etc_hosts: "localhost",
    // useradd(8) refuses a user whose group is there already, as `docker` is in an image with Docker, unless it is named as the user's own. cloud-init makes a missing one.
    user: {
      name: userName(seed.user),
      ...(seed.user === "root" ? {} : { primary_group: seed.user }),
      lock_passwd: true,
      sudo: "ALL=(ALL) NOPASSWD:ALL",
    },
    ssh_authorized_keys: [authorizedKey(seed.publicKey)],
    ssh_pwauth: false,
    ...(seed.user === "root" ? { disable_root: false } : {}),
    // An RSA key takes seconds to make on a slow guest, and nothing here asks for one.
    ssh_genkeytypes: ["ed25519", "ecdsa"],
    // Nobody reads host keys from the console here, and writing them there takes seconds on a slow guest while Docker starts.
    ssh: { emit_keys_to_console: false },
    no_ssh_fingerprints: true,
    // Left as the image has it: cloud-init may run locale-gen otherwise, which takes long on a slow guest. Older schemas want a text.
    locale: "false",
    growpart: { mode: "auto" },
    resize_rootfs: true,
    package_update: false,
    package_upgrade: false,
    ...proxySettings(seed.proxy ?? {}),
    ...certificateSettings(seed.caCertificates ?? []),
    ...mountSettings(seed.mounts ?? []),
  };
}

/** useradd(8), "CAVEATS". */
function userName(name: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(name)) {
    throw seedInvalid("a user named", name, "lower case letters, digits, dashes and underscores, beginning with a letter, at most 32");
  }
  return name;
}

function authorizedKey(line: string): string {
  const key = line.trim();
  if (!/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\p{Cc}]*)?$/u.test(key)) {
    throw seedInvalid("the SSH key", key, "one line of authorized_keys: TYPE BASE64 COMMENT");
  }
  return key;
}

function proxySettings(proxy: SeedProxy): Pick<CloudConfig, "apt" | "write_files"> {
  const files = proxyFiles(proxy);
  const apt = {
    ...(proxy.http === undefined ? {} : { http_proxy: proxy.http }),
    ...(proxy.https === undefined ? {} : { https_proxy: proxy.https }),
  };
  return { ...(Object.keys(apt).length === 0 ? {} : { apt }), ...(files.length === 0 ? {} : { write_files: files }) };
}

function certificateSettings(texts: readonly string[]): Pick<CloudConfig, "ca_certs"> {
  const trusted = texts.flatMap(certificatesIn);
  return trusted.length === 0 ? {} : { ca_certs: { trusted } };
}

/** A text may hold several, as bundles do. What stands between them, perhaps a key, is left out. */
function certificatesIn(text: string): string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw certificateInvalid("there is no certificate in PEM form in it");
  return found.map((pem) => {
    try {
      return new X509Certificate(pem).toString().trim();
    } catch (cause) {
      throw certificateInvalid("it can't be read", cause);
    }
  });
}

function certificateInvalid(problem: string, cause?: unknown): DriverError {
  return new DriverError("CA_CERTIFICATE_INVALID", `A CA certificate for the guest can't be used: ${problem}.`, {
    cause,
    suggestions: ["openssl x509 -in FILE -noout -subject"],
  });
}

function mountSettings(folders: readonly SharedFolder[]): Pick<CloudConfig, "mounts"> {
  return folders.length === 0 ? {} : { mounts: folders.map(mountEntry) };
}

/** Names that cloud-init takes for a disk of its own rather than for a tag (cc_mounts). */
const DEVICE_NAME = /^(?:ami|root|swap|(?:ephemeral|ebs).*|x?[shv]d[a-z][0-9]*|sr[0-9]+)$/;

/** A line of the guest's fstab(5). cloud-init makes the folder, but neither reads nor writes the escapes that a blank would need there. */
function mountEntry({ options = [], path, tag, type }: SharedFolder): string[] {
  if (!/^[^\s\p{Cc}\\#/]+$/u.test(tag) || DEVICE_NAME.test(tag)) {
    throw seedInvalid("a shared folder named", tag, "a name without blanks and slashes which isn't that of a disk");
  }
  if (!/^\/[^\s\p{Cc}\\]+$/u.test(path) || path.split("/").includes("..")) {
    throw seedInvalid("a shared folder at", path, "an absolute path below / without blanks");
  }
  const bad = options.find((option) => !/^[^\s\p{Cc}\\,]+$/u.test(option));
  if (bad !== undefined) throw seedInvalid("the mount option", bad, "one option without blanks and commas");
  // Containers that start at boot find the folder mounted, but a boot without it goes on: systemd.mount(5), "fstab".
  return [tag, path, type, [...options, "nofail", "x-systemd.before=docker.service"].join(","), "0", "0"];
}
