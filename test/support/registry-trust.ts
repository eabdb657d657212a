import type { TrustAnchors, TrustSource } from "../../src/drivers/signatures/trust-anchors.js";

/** Trust in what a test names, instead of in sigstore's public instance. */
export class RegistryTrust implements TrustSource {
  readonly #shipped: TrustAnchors;
  /** What the network gives. Absent: it can't be reached. */
  readonly #today: TrustAnchors | undefined;

  constructor(shipped: Partial<TrustAnchors>, today?: Partial<TrustAnchors>) {
    this.#shipped = anchors(shipped);
    this.#today = today === undefined ? undefined : anchors(today);
  }

  async shipped(): Promise<TrustAnchors> {
    return this.#shipped;
  }

  async renewed(): Promise<TrustAnchors> {
    if (this.#today === undefined) throw new Error("getaddrinfo ENOTFOUND sigstore.test");
    return this.#today;
  }
}

const NOBODY = { tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };

function anchors({ sigstore = NOBODY, npmKeys = [] }: Partial<TrustAnchors>): TrustAnchors {
  return { sigstore, npmKeys };
}
