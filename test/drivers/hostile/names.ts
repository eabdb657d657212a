/** Names that look like others: Cyrillic, Greek, full-width, zero-width, combining, dotless, digits of other scripts, ligatures, right-to-left marks. */
export const LOOK_ALIKES = [
  "vіrtualbox", // Cyrillic i
  "gеneric", // Cyrillic e
  "nоne", // Cyrillic o
  "аcme", // Cyrillic a
  "αcme", // Greek alpha
  "ａｃｍｅ", // full-width
  "ac\u200bme", // zero-width space
  "ac\u200dme", // zero-width joiner
  "acme\u2060", // word joiner
  "ac\ufeffme", // byte order mark
  "ac\u00adme", // soft hyphen
  "acme\u0301", // combining accent
  "acmé",
  "ⓐcme",
  "𝐚cme", // mathematical bold
  "vırtualbox", // dotless i
  "acme٣", // Arabic-Indic digit
  "ﬁle", // ligature
  "acme\u202egpj", // right-to-left override
  "acme‐aws", // Unicode hyphen
  "acme–aws", // en dash
  "ʟocal", // small capital
  "Kelvin".replace("K", "\u212a"), // Kelvin sign, which lower-cases to k
] as const;

/** Names that mean something to JavaScript, to a file system or to a shell. */
export const NAMES_WITH_MEANING = [
  "__proto__",
  "..",
  ".",
  "../acme",
  "acme/../../x",
  "/etc",
  "~",
  "hasOwnProperty",
  "toString",
  "__defineGetter__",
  "node_modules/x",
  ".staging",
  ".lock",
  "receipts.json",
  "CON",
  "acme\u0000",
  "acme\nx",
  "a b",
  "$(id)",
  "`id`",
  "-rf",
  "--help",
  "",
  "a".repeat(65),
] as const;

/** Names that are lower case letters like any other, but also properties of every object. */
export const INHERITED_NAMES = ["constructor", "valueof", "prototype"] as const;
/** Names of drivers that are shipped, or kept for those to come. */
export const RESERVED = ["virtualbox", "ec2", "amazonec2", "qemu", "generic", "none"] as const;
