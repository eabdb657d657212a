/** A user or a role's session, with the keys that it signs with. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** When the session token ends. Default: never. */
  readonly expires?: Date;
  /** Default: a user of the stand-in's account. */
  readonly arn?: string;
  /** `ec2:RunInstances`: whether the identity may do it. Default: everything. */
  readonly mayDo?: (permission: string) => boolean;
}

/** Whose credentials the stand-in takes when it is told no others. */
export const testIdentity: Identity = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
