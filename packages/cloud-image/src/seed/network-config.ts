/** A route of a {@link NetworkInterface}. */
export interface NetworkRoute {
  /** A network such as `10.0.0.0/8`, or `default`. */
  readonly to: string;
  /** The gateway's address. */
  readonly via: string;
  /** The lower, the more it is preferred. */
  readonly metric?: number;
}

/** How one network card of a guest is set. */
export interface NetworkInterface {
  /** Which card: `52:54:00:12:34:56`. */
  readonly macAddress: string;
  /** Whether an address is asked for by DHCP over IPv4. Default: false. */
  readonly dhcp4?: boolean;
  /** Whether routers of its network may give it IPv6 addresses and routes. Default: false. */
  readonly acceptRouterAdvertisements?: boolean;
  /** Fixed addresses with their prefix: `192.168.59.10/24`. */
  readonly addresses?: readonly string[];
  readonly routes?: readonly NetworkRoute[];
  /** Addresses of name servers. */
  readonly nameservers?: readonly string[];
  /** Whether booting doesn't wait for this card. Default: false. */
  readonly optional?: boolean;
}

/** How the network cards of a guest are set. In the guest they are called `eth0`, `eth1`, … in this order. */
export type NetworkConfig = readonly NetworkInterface[];
