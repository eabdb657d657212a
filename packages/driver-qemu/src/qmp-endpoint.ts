/**
 * Where a QEMU's monitor listens. `unix`: a socket in a private folder (Linux, macOS). `tcp`: a port on 127.0.0.1 with TLS and a shared key (Windows,
 * where neither Node.js can connect to a Unix socket nor QEMU can serve a named pipe more than once).
 */
export type QmpEndpoint =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly port: number; readonly keyDirectory: string };

/**
 * The endpoint for a machine's monitor: a socket in the machine's folder, or, where its path would be too long for a socket, in a private folder of the
 * system's for temporary files, named after a hash of the machine's folder. It makes no file.
 */
export function unixEndpoint(_machineDirectory: string): QmpEndpoint {
  throw new Error("not written yet");
}
