import type { Seed } from "../../src/index.js";

/** A seed with no more than what every seed has. */
export const sampleSeed: Seed = {
  instanceId: "i-0123",
  hostname: "dev",
  user: "debian",
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJkq9w0K1O0m3y1uX5cQpM1m2k0C4l9u7yJm7w0f0abc me@laptop",
};

/** A certificate authority, valid for a hundred years; nobody has its key. */
export const SAMPLE_CA = `-----BEGIN CERTIFICATE-----
MIIBmTCCAT+gAwIBAgIUBPBEEXOvjFGJ8SA5kPm2wPseYrswCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWZG9ja2VyLW1hY2hpbmUgdGVzdCBDQTAgFw0yNjExMjMwNzU2
MzdaGA8yMTI2MTAzMDA3NTYzN1owITEfMB0GA1UEAwwWZG9ja2VyLW1hY2hpbmUg
dGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDkAbzACF9o2WxtpXM8N
Kl4xVMpI92xGZc3LeJzfTuEo5fEoE1aNPBmdW8CZmLWcD0cQ/tyBPbRFE0UauuVY
SbujUzBRMB0GA1UdDgQWBBRtM9ojqqHQLGekcmJKMNaGwZXnWzAfBgNVHSMEGDAW
gBRtM9ojqqHQLGekcmJKMNaGwZXnWzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
BAMCA0gAMEUCIEphYJ2wzEw3JguLcetcEKegOAQa8ZSrIdS3sMQqMKB1AiEAm5xe
oWf3sBgtQ5t1i639nciDSHYgAbKy5rb8leDTb78=
-----END CERTIFICATE-----`;
