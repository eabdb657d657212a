/** How to log in to a host. */
export interface SshEndpoint {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The private key on this computer; without one, the user's agent and default keys are tried. */
  readonly privateKeyPath?: string;
  /** The host through which alone this one can be reached, as OpenSSH's `ProxyJump` has it. Docker there is reached through it, too. */
  readonly jump?: SshEndpoint;
}
