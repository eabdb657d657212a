import { createHash, X509Certificate } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { signAuthority } from "../../src/certificates/sign.js";
import { runProcess } from "../../src/process/run-process.js";
import { RecordingLog } from "../support/recording-log.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { authorityPaths, storeCertificates } from "../support/store-certificates.js";

async function storeWithAuthority() {
  const directory = await scratchDirectory();
  const machineDirectory = join(directory, "machines", "gen1");
  await mkdir(machineDirectory, { recursive: true });
  const certificates = storeCertificates(directory);
  await certificates.ensureAuthority();
  return { directory, machineDirectory, certificates, paths: authorityPaths(directory) };
}

async function text(path: string): Promise<string> {
  const { stdout } = await runProcess("openssl", ["x509", "-in", path, "-noout", "-text"]);
  return stdout.replaceAll(/^ +| +$/gm, "");
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function hashOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

describe("a new store", () => {
  test("gets a CA and a client certificate with the Go program's fields and modes, and says so", async () => {
    const directory = await scratchDirectory();
    const paths = authorityPaths(directory);
    const log = new RecordingLog();
    await storeCertificates(directory, log).ensureAuthority();

    expect(log.lines).toEqual([`Creating CA: ${paths.CaCertPath}`, `Creating client certificate: ${paths.ClientCertPath}`]);
    expect((await readdir(join(directory, "certs"))).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
    expect(await Promise.all(Object.values(paths).map(modeOf))).toEqual(["644", "600", "644", "600"]);
    expect(await modeOf(join(directory, "certs"))).toBe("700");
    expect(await readFile(paths.CaPrivateKeyPath, "utf8")).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);

    const ca = await text(paths.CaCertPath);
    expect(ca).toContain("Issuer: O = root\n");
    expect(ca).toContain("Subject: O = root\n");
    expect(ca).toContain("Key Usage: critical\nDigital Signature, Key Encipherment, Key Agreement, Certificate Sign\n");
    expect(ca).toContain("Basic Constraints: critical\nCA:TRUE\n");
    const keyIdentifier = /Subject Key Identifier:\s+(\S+)/.exec(ca)?.[1];

    const client = await text(paths.ClientCertPath);
    expect(client).toContain('Subject: O = "root.<bootstrap>"\n');
    expect(client).toContain("Key Usage: critical\nDigital Signature\n");
    expect(client).toContain("Extended Key Usage:\nTLS Web Client Authentication\n");
    expect(client).toContain("Basic Constraints: critical\nCA:FALSE\n");
    expect(client).toContain(`Authority Key Identifier:\n${keyIdentifier}\n`);
    expect(client).toContain("Signature Algorithm: sha256WithRSAEncryption");
  });

  test("makes certificates that are valid for 1080 days, from five minutes ago", async () => {
    const { paths } = await storeWithAuthority();
    const { validFrom, validTo } = new X509Certificate(await readFile(paths.CaCertPath));
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(1080 * 24 * 3600 * 1000);
    const slackMs = Date.now() - Date.parse(validFrom);
    expect(slackMs).toBeGreaterThanOrEqual(5 * 60_000);
    expect(slackMs).toBeLessThan(7 * 60_000);
    expect(new Date(validFrom).getSeconds()).toBe(0);
  });
});

describe("an existing store", () => {
  test("keeps its files and says nothing", async () => {
    const { directory, paths } = await storeWithAuthority();
    const before = await Promise.all(Object.values(paths).map(hashOf));
    const log = new RecordingLog();
    await storeCertificates(directory, log).ensureAuthority();
    expect(log.lines).toEqual([]);
    expect(await Promise.all(Object.values(paths).map(hashOf))).toEqual(before);
  });

  test("whose maker was killed between a key and its certificate keeps the key", async () => {
    const { certificates, paths } = await storeWithAuthority();
    const { serialNumber } = new X509Certificate(await readFile(paths.ClientCertPath));
    const keys = [await hashOf(paths.CaPrivateKeyPath), await hashOf(paths.ClientKeyPath)];
    await Promise.all([rm(paths.CaCertPath), rm(paths.ClientCertPath)]);
    await certificates.ensureAuthority();
    expect([await hashOf(paths.CaPrivateKeyPath), await hashOf(paths.ClientKeyPath)]).toEqual(keys);
    const client = new X509Certificate(await readFile(paths.ClientCertPath));
    expect(client.serialNumber).not.toBe(serialNumber);
    await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
  });

  test("whose CA was made anew from its key still verifies what the lost one signed", async () => {
    const { certificates, paths } = await storeWithAuthority();
    const client = await readFile(paths.ClientCertPath);
    await rm(paths.CaCertPath);
    await certificates.ensureAuthority();
    expect(await readFile(paths.ClientCertPath)).toEqual(client);
    await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
  });

  test("without the CA's key is usable until something must be signed", async () => {
    const { certificates, machineDirectory, paths } = await storeWithAuthority();
    await rm(paths.CaPrivateKeyPath);
    await certificates.ensureAuthority();
    const missing = { code: "CERTIFICATE_KEY_MISSING", message: expect.stringContaining(paths.CaPrivateKeyPath) };
    await expect(certificates.checkCanSign()).rejects.toMatchObject(missing);
    await expect(certificates.ensureServerCertificate({ machineName: "a", machineDirectory, hosts: [] })).rejects.toMatchObject(missing);
  });
});

describe("a damaged store is named, and left as it is", () => {
  test("a CA that is no certificate", async () => {
    const { certificates, paths } = await storeWithAuthority();
    await writeFile(paths.CaCertPath, "nonsense");
    await expect(certificates.ensureAuthority()).rejects.toMatchObject({
      code: "CERTIFICATE_UNREADABLE",
      message: expect.stringContaining(paths.CaCertPath),
    });
    expect(await readFile(paths.CaCertPath, "utf8")).toBe("nonsense");
  });

  test("a key that is none, and an encrypted one", async () => {
    const { certificates, paths } = await storeWithAuthority();
    const encrypted = join(paths.CaPrivateKeyPath, "..", "encrypted.pem");
    await runProcess("openssl", ["pkey", "-in", paths.CaPrivateKeyPath, "-aes128", "-passout", "pass:x", "-out", encrypted]);
    await copyFile(encrypted, paths.CaPrivateKeyPath);
    await expect(certificates.checkCanSign()).rejects.toMatchObject({
      code: "CERTIFICATE_KEY_UNREADABLE",
      message: expect.stringContaining("is encrypted"),
    });
    await writeFile(paths.CaPrivateKeyPath, "");
    await expect(certificates.checkCanSign()).rejects.toMatchObject({ code: "CERTIFICATE_KEY_UNREADABLE" });
  });

  test("a CA with another one's key", async () => {
    const { certificates, paths } = await storeWithAuthority();
    await copyFile(paths.ClientKeyPath, paths.CaPrivateKeyPath);
    await expect(certificates.ensureAuthority()).rejects.toMatchObject({ code: "CERTIFICATE_KEY_MISMATCH" });
  });

  test("a client certificate of another CA, as parallel first creates of the Go program leave it", async () => {
    const { certificates, paths } = await storeWithAuthority();
    const other = await storeWithAuthority();
    await copyFile(other.paths.ClientCertPath, paths.ClientCertPath);
    await copyFile(other.paths.ClientKeyPath, paths.ClientKeyPath);
    await expect(certificates.ensureAuthority()).rejects.toMatchObject({
      code: "CERTIFICATE_ISSUER_MISMATCH",
      suggestions: [expect.stringContaining(`rm ${paths.ClientCertPath} ${paths.ClientKeyPath}`)],
    });
  });

  test("a CA that has ended", async () => {
    const { certificates } = await storeWithAuthority();
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1080 * 24 * 3600 * 1000 });
    await expect(certificates.ensureAuthority()).rejects.toMatchObject({ code: "CERTIFICATE_EXPIRED" });
  });

  test("a CA that ends soon is only warned of", async () => {
    const { directory, paths } = await storeWithAuthority();
    const args = ["req", "-x509", "-key", paths.CaPrivateKeyPath, "-subj", "/O=root", "-days", "20", "-out", paths.CaCertPath];
    await runProcess("openssl", args);
    await rm(paths.ClientCertPath);
    const log = new RecordingLog();
    await storeCertificates(directory, log).ensureAuthority();
    expect(log.lines).toContainEqual(expect.stringMatching(/^warn: The CA certificate .* ends in (19|20) days\.$/));
  });
});

describe("a CA of somebody else's", () => {
  test("with a PKCS#8 key and its own names signs", async () => {
    const directory = await scratchDirectory();
    const paths = authorityPaths(directory);
    await mkdir(join(directory, "certs"));
    const subject = "/C=CH/O=Bündner Bahn/CN=Their CA";
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-utf8", "-subj", subject, "-days", "100"];
    await runProcess("openssl", [...args, "-keyout", paths.CaPrivateKeyPath, "-out", paths.CaCertPath]);
    const certificates = storeCertificates(directory);
    await certificates.ensureAuthority();
    await certificates.checkCanSign();
    await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
  });

  test("with an elliptic key is refused when something is to be signed", async () => {
    const { certificates, paths } = await storeWithAuthority();
    await runProcess("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", paths.CaPrivateKeyPath]);
    await expect(certificates.checkCanSign()).rejects.toMatchObject({
      code: "CERTIFICATE_KEY_UNREADABLE",
      message: expect.stringContaining("of type ec"),
    });
  });
});

describe("a machine", () => {
  test("gets a server certificate for its names and addresses", async () => {
    const { certificates, machineDirectory, paths } = await storeWithAuthority();
    const hosts = ["extra.example", "10.1.2.3", "fd00::7", "büro.example", "*.wild.example", "10.1.2.3"];
    const files = await certificates.ensureServerCertificate({ machineName: "gen1", machineDirectory, hosts });
    expect(files).toEqual({
      caPath: paths.CaCertPath,
      certificatePath: join(machineDirectory, "server.pem"),
      keyPath: join(machineDirectory, "server-key.pem"),
    });
    await runProcess("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", paths.CaCertPath, files.certificatePath]);
    expect(await modeOf(files.keyPath)).toBe("600");
    expect(await modeOf(files.certificatePath)).toBe("644");
    const server = await text(files.certificatePath);
    expect(server).toContain("Subject: O = root.gen1\n");
    expect(server).toContain("Key Usage: critical\nDigital Signature, Key Encipherment, Key Agreement\n");
    expect(server).toContain("Extended Key Usage:\nTLS Web Server Authentication\n");
    expect(server).toContain(
      "Subject Alternative Name:\nDNS:extra.example, DNS:xn--bro-hoa.example, DNS:*.wild.example, DNS:localhost, IP Address:10.1.2.3, IP Address:FD00:0:0:0:0:0:0:7\n",
    );
  });

  test("keeps a good server certificate, and gets a new one for a new address, a damaged file, or on demand", async () => {
    const { certificates, machineDirectory } = await storeWithAuthority();
    const request = { machineName: "gen1", machineDirectory, hosts: ["10.0.0.1", "fd00::7", "*.wild.example"] };
    const { certificatePath, keyPath } = await certificates.ensureServerCertificate(request);
    const seen = [await hashOf(certificatePath)];
    const isNew = async () => {
      const hash = await hashOf(certificatePath);
      const known = seen.includes(hash);
      seen.push(hash);
      return !known;
    };
    await certificates.ensureServerCertificate(request);
    expect(await isNew()).toBe(false);
    await certificates.ensureServerCertificate({ ...request, hosts: ["10.0.0.2"] });
    expect(await isNew()).toBe(true);
    await writeFile(keyPath, "cut o");
    await certificates.ensureServerCertificate({ ...request, hosts: ["10.0.0.2"] });
    expect(await isNew()).toBe(true);
    await certificates.ensureServerCertificate({ ...request, hosts: ["10.0.0.2"], renew: true });
    expect(await isNew()).toBe(true);
  });

  test("refuses a host that a certificate cannot name", async () => {
    const { certificates, machineDirectory } = await storeWithAuthority();
    const request = { machineName: "gen1", machineDirectory, hosts: ["https://10.0.0.1"] };
    await expect(certificates.ensureServerCertificate(request)).rejects.toMatchObject({ code: "CERTIFICATE_HOST_INVALID" });
  });

  test("holds copies of what a client needs, and a stale one is replaced", async () => {
    const { certificates, machineDirectory, paths } = await storeWithAuthority();
    await writeFile(join(machineDirectory, "ca.pem"), "stale");
    await certificates.copyClientFiles(machineDirectory);
    expect((await readdir(machineDirectory)).sort()).toEqual(["ca.pem", "cert.pem", "key.pem"]);
    expect(await hashOf(join(machineDirectory, "ca.pem"))).toBe(await hashOf(paths.CaCertPath));
    expect(await modeOf(join(machineDirectory, "key.pem"))).toBe("600");
    expect(await modeOf(join(machineDirectory, "cert.pem"))).toBe("644");
  });
});

test("Client and server accept each other over TLS, and a stranger is refused", async () => {
  const { certificates, machineDirectory, paths } = await storeWithAuthority();
  const files = await certificates.ensureServerCertificate({ machineName: "gen1", machineDirectory, hosts: ["127.0.0.1"] });
  const ca = await readFile(paths.CaCertPath);
  const server = createServer(
    { ca, cert: await readFile(files.certificatePath), key: await readFile(files.keyPath), requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end(String(socket.getPeerCertificate().subject.O)),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const say = async (cert: Buffer, key: Buffer) => {
    const socket: TLSSocket = connect({ host: "127.0.0.1", port: address.port, ca, cert, key });
    return (await socket.setEncoding("utf8").toArray()).join("");
  };
  expect(await say(await readFile(paths.ClientCertPath), await readFile(paths.ClientKeyPath))).toBe("root.<bootstrap>");
  const stranger = await storeWithAuthority();
  const attempt = say(await readFile(stranger.paths.ClientCertPath), await readFile(stranger.paths.ClientKeyPath));
  // With TLS 1.3 the client learns of the refusal only after its own handshake, as an error or as a closed connection.
  expect(await attempt.catch(() => "")).toBe("");
});

test("Serial numbers are positive 128-bit numbers without leading zeros", async () => {
  const { paths } = await storeWithAuthority();
  const { createPrivateKey } = await import("node:crypto");
  const key = createPrivateKey(await readFile(paths.CaPrivateKeyPath));
  for (let count = 0; count < 5; count += 1) {
    const { serialNumber } = new X509Certificate(await signAuthority({ organization: "root", key }));
    expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  }
});

describe("renewing the client's pair", () => {
  test("makes a new key and certificate of the same CA, which stays", async () => {
    const { certificates, machineDirectory, paths } = await storeWithAuthority();
    await certificates.copyClientFiles(machineDirectory);
    const before = await Promise.all(Object.values(paths).map(hashOf));
    await certificates.renewClient();
    await certificates.ensureAuthority();
    const [ca, caKey, client, clientKey] = await Promise.all(Object.values(paths).map(hashOf));
    expect([ca, caKey]).toEqual(before.slice(0, 2));
    expect(client).not.toBe(before[2]);
    expect(clientKey).not.toBe(before[3]);
    expect(await modeOf(paths.ClientKeyPath)).toBe("600");
    await runProcess("openssl", ["verify", "-CAfile", paths.CaCertPath, paths.ClientCertPath]);
    await certificates.copyClientFiles(machineDirectory);
    expect(await hashOf(join(machineDirectory, "key.pem"))).toBe(clientKey);
    expect(await hashOf(join(machineDirectory, "cert.pem"))).toBe(client);
  });

  /** The files of a renewal, before it and after it. */
  async function renewal() {
    const { directory, certificates, paths } = await storeWithAuthority();
    const files = [paths.ClientCertPath, paths.ClientKeyPath];
    const before = await Promise.all(files.map((path) => readFile(path)));
    await certificates.renewClient();
    const after = await Promise.all(files.map((path) => readFile(path)));
    return { directory, paths, before: { certificate: before[0], key: before[1] }, after: { certificate: after[0], key: after[1] } };
  }

  test.each([
    ["the certificate was written beside its place", { certificate: "before", key: "before", next: ["certificate"], ends: "before" }],
    ["the key was written beside its place too", { certificate: "before", key: "before", next: ["certificate", "key"], ends: "after" }],
    ["the key was put into its place", { certificate: "before", key: "after", next: ["certificate"], ends: "after" }],
  ] as const)("that was cut when %s leaves a pair that belongs together", async (_moment, { certificate, key, next, ends }) => {
    const made = await renewal();
    const { paths } = made;
    await writeFile(paths.ClientCertPath, made[certificate].certificate ?? "");
    await writeFile(paths.ClientKeyPath, made[key].key ?? "");
    const places = { certificate: `${paths.ClientCertPath}.next`, key: `${paths.ClientKeyPath}.next` };
    for (const name of next) await writeFile(places[name], made.after[name] ?? "");
    await storeCertificates(made.directory).ensureAuthority();
    expect(await readFile(paths.ClientCertPath)).toEqual(made[ends].certificate);
    expect(await readFile(paths.ClientKeyPath)).toEqual(made[ends].key);
    expect((await readdir(join(made.directory, "certs"))).sort()).toEqual(["ca-key.pem", "ca.pem", "cert.pem", "key.pem"]);
  });
});
