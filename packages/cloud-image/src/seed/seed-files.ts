import type { IsoFile } from "../iso/iso-file.js";
import { cloudConfigOf } from "./cloud-config.js";
import { hostNameOf } from "./host-name.js";
import { checkedInterface } from "./network-check.js";
import type { NetworkConfig, NetworkInterface, NetworkRoute } from "./network-config.js";
import { quotedYaml } from "./quoted-yaml.js";
import type { Seed } from "./seed.js";
import { seedInvalid } from "./seed-invalid.js";
import { userDataOf } from "./user-data.js";

/**
 * The files that cloud-init's NoCloud reads. Without a network of the caller's there is no `network-config`, and cloud-init asks for an
 * address by DHCP on the first card that has a link.
 *
 * @throws {DriverError} as `writeSeed` does
 */
export async function seedFiles(seed: Seed): Promise<IsoFile[]> {
  const metaData = { "instance-id": instanceId(seed.instanceId), "local-hostname": hostNameOf(seed.hostname).full };
  const files = [
    { name: "user-data", content: await userDataOf(cloudConfigOf(seed), seed.userData) },
    { name: "meta-data", content: await quotedYaml(metaData) },
    ...(seed.network === undefined ? [] : [{ name: "network-config", content: await quotedYaml(networkVersion2(seed.network)) }]),
  ];
  return files.map(({ content, name }) => ({ name, content: Buffer.from(content, "utf8") }));
}

/** cloud-init makes a folder of that name. */
function instanceId(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) {
    throw seedInvalid("the instance id", id, "letters, digits, dots, dashes and underscores, at most 128");
  }
  return id;
}

/** Version 2 of cloud-init's network configuration, which is netplan's. */
function networkVersion2(network: NetworkConfig): object {
  return {
    version: 2,
    ethernets: Object.fromEntries(network.map((card, index) => [`eth${index}`, ethernet(checkedInterface(card), index)])),
  };
}

/**
 * Each card is renamed, since cloud-init's other ways of writing it down (networkd, ifupdown, NetworkManager) go by the name. Addresses by
 * router advertisement only come if they were asked for: many virtual networks announce an IPv6 that leads nowhere.
 */
function ethernet(card: NetworkInterface, index: number): object {
  const { acceptRouterAdvertisements = false, addresses = [], dhcp4 = false, macAddress, nameservers = [], optional, routes = [] } = card;
  return {
    match: { macaddress: macAddress.toLowerCase() },
    "set-name": `eth${index}`,
    dhcp4,
    dhcp6: false,
    "accept-ra": acceptRouterAdvertisements,
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(routes.length === 0 ? {} : { routes: routes.map(route) }),
    ...(nameservers.length === 0 ? {} : { nameservers: { addresses: nameservers } }),
    ...(optional === undefined ? {} : { optional }),
  };
}

/** `default` is a word that older netplan doesn't know. */
function route({ metric, to, via }: NetworkRoute): object {
  const everywhere = via.includes(":") ? "::/0" : "0.0.0.0/0";
  return { to: to === "default" ? everywhere : to, via, ...(metric === undefined ? {} : { metric }) };
}
