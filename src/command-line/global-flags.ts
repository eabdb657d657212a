import { type FlagValues, switchFlag, textFlag } from "./flags.js";

const helpGroup = "GLOBAL";

/** The flags that every command takes, before or after its name. */
export const globalFlags = {
  debug: switchFlag({ char: "D", description: "Show debug lines, and the stack of an error", helpGroup }),
  "storage-path": textFlag({ char: "s", description: "Where machines and certificates are", env: "MACHINE_STORAGE_PATH", helpGroup }),
  "tls-ca-cert": textFlag({ description: "CA to verify remotes against", env: "MACHINE_TLS_CA_CERT", helpGroup }),
  "tls-ca-key": textFlag({ description: "Private key to generate certificates", env: "MACHINE_TLS_CA_KEY", helpGroup }),
  "tls-client-cert": textFlag({ description: "Client cert to use for TLS", env: "MACHINE_TLS_CLIENT_CERT", helpGroup }),
  "tls-client-key": textFlag({ description: "Private key used in client TLS auth", env: "MACHINE_TLS_CLIENT_KEY", helpGroup }),
  "github-api-token": textFlag({ description: "Token for GitHub", env: "MACHINE_GITHUB_API_TOKEN", helpGroup }),
  "native-ssh": switchFlag({ description: "Accepted; SSH is always built in", env: "MACHINE_NATIVE_SSH", helpGroup }),
  "bugsnag-api-token": textFlag({ description: "Accepted; nothing is ever sent", env: "MACHINE_BUGSNAG_API_TOKEN", helpGroup }),
  help: switchFlag({ char: "h", description: "Show what the command does and takes", helpGroup }),
};

/** The values of {@link globalFlags}. */
export type GlobalFlagValues = FlagValues<typeof globalFlags>;
