import { storeCertificates } from "../support/store-certificates.js";

// Run by certificates.integration.test.ts in many processes at once, with the store's folder as argument.
const [, , directory] = process.argv;
if (directory === undefined) throw new Error("No store directory given.");
await storeCertificates(directory).ensureAuthority();
