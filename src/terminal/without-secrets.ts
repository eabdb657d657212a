/** How fields and variables are named that hold a secret. Drivers of the Go program keep theirs in config.json. */
const SECRET = /token|secret|passw|passphrase|credential|(?:api|access|private|license)_?key/i;
/** A secret's place, name or kind is none itself. */
const NO_SECRET = /(?:path|file|name|type|id)$/i;

/** JSON without the fields whose names say that they hold a secret, with the values of such variables (`NAME=value`) and passwords in URLs replaced. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value === "string") return maskText(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => !isSecret(field))
      .map(([field, each]) => [field, withoutSecrets(each)]),
  );
}

function isSecret(name: string): boolean {
  return SECRET.test(name) && !NO_SECRET.test(name);
}

function maskText(text: string): string {
  const [, name = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(text) ?? [];
  if (isSecret(name)) return `${name}=***`;
  if (text.startsWith("token://")) return "token://***";
  return text.replace(/(:\/\/)[^/@\s]*:[^/@\s]*@/g, "$1***@");
}
