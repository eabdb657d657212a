import { DriverError } from "@docker-machine/driver-sdk";
import { shownUrl } from "../image-url.js";

/** What can be typed when an image can't be fetched. */
const OTHER_WAYS = [
  "Download the image in another way, and name the file: ./my-image.qcow2",
  "Or name another URL with its checksum: https://…#sha256=HEX",
];

const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/;

/** A problem that may pass: the server's, or the way's. */
export class PassingProblem extends Error {
  /** Milliseconds that the server asks to wait at least. */
  readonly waitMs: number;

  constructor(message: string, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * It is no longer where it was.
 *
 * @param what such as `image debian-13`
 */
export function gone(what: string, urls: readonly string[]): DriverError {
  return new DriverError("IMAGE_GONE", `The ${what} is no longer at ${urls.map(shownUrl).join(" or ")}.`, {
    suggestions: ["Update docker-machine: a newer version knows newer builds.", ...OTHER_WAYS],
  });
}

/** The server says no. */
export function refused(what: string, url: string, status: number): DriverError {
  return new DriverError("IMAGE_DOWNLOAD_REFUSED", `The server refuses to give the ${what} (HTTP ${status}): ${shownUrl(url)}`, {
    suggestions: [
      status === 407
        ? "Put the proxy's user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"
        : "Check the URL, and its user and password.",
      ...OTHER_WAYS,
    ],
  });
}

/** Nothing helped. */
export function downloadFailed(what: string, url: string, cause: unknown): DriverError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = message === "" || message === undefined ? (code ?? "unknown error") : message;
  return new DriverError("IMAGE_DOWNLOAD_FAILED", `The ${what} can't be fetched from ${shownUrl(url)}: ${reason}`, {
    cause,
    suggestions: [
      isCertificateProblem(cause)
        ? "If a company's CA signed the certificate: put the CA's file into NODE_EXTRA_CA_CERTS, or into the system's store."
        : "Check the network, and the proxy in HTTPS_PROXY and NO_PROXY. What has come is kept: the next try goes on from there.",
      ...OTHER_WAYS,
    ],
  });
}

/** What came is not what it must be. */
export function wrongDigest(name: string, url: string, expected: string, actual: string): DriverError {
  return new DriverError(
    "IMAGE_DIGEST_MISMATCH",
    `What ${shownUrl(url)} sends is not the image ${name}: its checksum is ${actual}, and must be ${expected}. It was deleted.`,
    {
      suggestions: [
        "A proxy or a login page of the network may have answered instead of the server. Try again elsewhere.",
        "If the checksum is your own, compare it with the publisher's list.",
        ...OTHER_WAYS,
      ],
    },
  );
}

/** Whether a certificate is not trusted: trying again is in vain. */
export function isCertificateProblem(error: unknown): boolean {
  return CERTIFICATE_CODES.test(String((error as NodeJS.ErrnoException).code ?? ""));
}
