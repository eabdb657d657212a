import type { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readTextFile } from "../files/read-file.js";

/** Days before its end at which a certificate is worth a warning, or a new one. */
export const RENEWAL_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;
const CERTIFICATES = { "ca.pem": "CA", "cert.pem": "client", "server.pem": "server" };

/** Days until a certificate ends. */
export function daysLeft(certificate: X509Certificate): number {
  return Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
}

/** How a certificate is renewed, by its role. There is no way for a CA: every host would have to learn of the new one. */
const RENEWAL: Readonly<Record<string, string>> = {
  client: " Renew it: docker-machine regenerate-certs --client-certs",
  server: " Renew it: docker-machine regenerate-certs",
};

/** What to tell of a certificate that ends within 30 days, or has ended. */
export function endWarning(role: string, path: string, certificate: X509Certificate): string | undefined {
  const days = daysLeft(certificate);
  if (days >= RENEWAL_DAYS) return undefined;
  const end = days < 0 ? `ended ${-days} ${-days === 1 ? "day" : "days"} ago` : `ends in ${days} ${days === 1 ? "day" : "days"}`;
  return `The ${role} certificate ${path} ${end}.${RENEWAL[role] ?? ""}`;
}

/**
 * What to tell of the certificates in a machine's folder that end within 30 days. One that can't be read is passed over.
 * It takes less than a millisecond where TLS is loaded already.
 */
export function endWarnings(machineDirectory: string): string[] {
  // Commands that never come here must not load it.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  return Object.entries(CERTIFICATES).flatMap(([file, role]) => {
    const path = join(machineDirectory, file);
    try {
      return endWarning(role, path, new X509Certificate(readTextFile(path))) ?? [];
    } catch {
      return [];
    }
  });
}
