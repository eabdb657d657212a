import { randomBytes } from "node:crypto";
import type { Identity } from "./identity.ts";

/** Who may sign requests to a stand-in. */
export class Identities {
  readonly account: string;
  readonly #byKey = new Map<string, Identity>();

  constructor(account: string, identities: readonly Identity[]) {
    this.account = account;
    for (const identity of identities) this.add(identity);
  }

  add(identity: Identity): void {
    this.#byKey.set(identity.accessKeyId, identity);
  }

  find(accessKeyId: string): Identity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  arnOf({ arn }: Identity): string {
    return arn ?? `arn:aws:iam::${this.account}:user/tester`;
  }

  /** Temporary keys of a role's session, as STS gives them out. */
  issue(arn: string, expires: Date): Required<Pick<Identity, "accessKeyId" | "arn" | "expires" | "secretAccessKey" | "sessionToken">> {
    const identity = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(96).toString("base64"),
      expires,
      arn,
    };
    this.add(identity);
    return identity;
  }
}
