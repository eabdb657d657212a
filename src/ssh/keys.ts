import type { SshKey, SshKeyOptions } from "@docker-machine/driver-sdk";

/** Makes `id_ed25519` or `id_rsa` and its `.pub` in `directory`, or returns the ones that are there. */
export async function createSshKey(_directory: string, _options: SshKeyOptions & { readonly comment?: string } = {}): Promise<SshKey> {
  throw new Error("not yet");
}
