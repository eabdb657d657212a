/** How to log in to a host. */
export interface SshEndpoint {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The private key on this computer; without one, the user's agent and default keys are tried. */
  readonly privateKeyPath?: string;
}
