import { expect, it } from "vitest";
import { withoutSecrets } from "../../src/terminal/without-secrets.js";

it.each(["AccessToken", "secretKey", "AccessKey", "APIKey", "Password", "SSHPassphrase", "PrivateKey", "client_secret"])(
  "leaves out the field %s",
  (field) => expect(withoutSecrets({ Driver: { [field]: "x", Region: "r" } })).toEqual({ Driver: { Region: "r" } }),
);

it.each(["SSHKeyPath", "CaPrivateKeyPath", "KeyPairName", "PrivateKeyFile", "AccessKeyId", "IPAddress"])("keeps the field %s", (field) =>
  expect(withoutSecrets({ [field]: "x" })).toEqual({ [field]: "x" }),
);

it.each([
  ["DB_PASSWORD=hunter2", "DB_PASSWORD=***"],
  ["HTTPS_PROXY=http://me:pw@proxy:3128/", "HTTPS_PROXY=http://***@proxy:3128/"],
  ["tcp://10.0.0.5:2376", "tcp://10.0.0.5:2376"],
  ["token://0123", "token://***"],
  ["MSG=hello world", "MSG=hello world"],
])("the text %s becomes %s", (text, masked) => expect(withoutSecrets([text])).toEqual([masked]));

it("other values stay as they are", () => {
  const value = { a: [1, true, null, { b: "c" }] };
  expect(withoutSecrets(value)).toEqual(value);
});
