import type { OptionSpecs } from "@docker-machine/driver-sdk";

/**
 * Who asks AWS, and where.
 *
 * Keys have no environment variable here: AWS's SDK reads `AWS_ACCESS_KEY_ID` and its companions itself, so what comes from there is never saved.
 */
export const credentialOptions = {
  profile: {
    type: "string",
    flag: "amazonec2-profile",
    usage: "Profile of ~/.aws/config to take credentials and region from (default: AWS_PROFILE, else AWS's default chain)",
  },
  accessKey: {
    type: "string",
    flag: "amazonec2-access-key",
    usage: "AWS access key ID (default: AWS's default chain: environment, profiles, SSO, roles)",
    secret: true,
  },
  secretKey: {
    type: "string",
    flag: "amazonec2-secret-key",
    usage: "AWS secret access key, for --amazonec2-access-key",
    secret: true,
  },
  sessionToken: {
    type: "string",
    flag: "amazonec2-session-token",
    usage: "Session token of temporary keys, for --amazonec2-access-key",
    secret: true,
  },
  region: {
    type: "string",
    flag: "amazonec2-region",
    env: "AWS_DEFAULT_REGION",
    usage: "AWS region (default: AWS_REGION, else the profile's, else us-east-1)",
  },
  endpoint: {
    type: "string",
    flag: "amazonec2-endpoint",
    env: "AWS_ENDPOINT",
    usage: "Host name or URL to send all requests to, instead of AWS's own",
  },
  insecureTransport: {
    type: "boolean",
    flag: "amazonec2-insecure-transport",
    env: "AWS_INSECURE_TRANSPORT",
    usage: "Send requests without TLS; needs --amazonec2-endpoint",
  },
  retries: {
    type: "integer",
    flag: "amazonec2-retries",
    usage: "How often a request that may succeed later is repeated; -1 for never",
    default: 5,
    minimum: -1,
    maximum: 100,
  },
  dryRun: {
    type: "boolean",
    flag: "amazonec2-dry-run",
    usage: "Check permissions and quotas, print what create would make, and make nothing",
  },
} as const satisfies OptionSpecs;
