import { gzipSync } from "node:zlib";
import { makeTarball } from "./tarball.js";
import { makeZip } from "./zip.js";

/** A Go plugin's program, as far as docker-machine looks at it: a script has no processor. */
export const PROGRAM = "#!/bin/sh\nexit 0\n";

/** What `xz` makes of {@link PROGRAM}, and of a tar archive with it as `docker-machine-driver-foo`. */
const XZ = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAQIyEvYmluL3NoCmV4aXQgMAoAAAAAJX2mvBJc8ygAASkRMgpwDh+2830BAAAAAARZWg==";
const TAR_XZ =
  "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AIldADIbyI3LPM3K9IqzVoFT8mzRFpf+7JicFfk2R+65HDjJnh0PgJSyta6wBzIXOc5hGAdMx3OdKTPb+BEXevlJDY/w8i3vTAWf+VWmtMnOvCev5BE5k9GQUvZIQII4gsMzh0C26oE8ZUx3Ul90icsn0UNvThB1rNiD0I2ekCQL/b8KYPDPQ0WMByAAAAAAAH6l5I6Laz4MAAGlAYBQAAC75QE2scRn+wIAAAAABFla";

/** The program of the driver "foo", packed in every way that releases have it, by the end of the asset's name. */
export function packedPrograms(content: string = PROGRAM): ReadonlyMap<string, Buffer> {
  const entries = [
    { path: "README.md", content: "Read me" },
    { path: "docker-machine-driver-foo", content },
  ];
  return new Map([
    ["", Buffer.from(content)],
    [".gz", gzipSync(content)],
    [".tar.gz", makeTarball(entries)],
    [".tgz", makeTarball([{ path: "./", type: "Directory" }, ...entries.map((entry) => ({ ...entry, path: `./${entry.path}` }))])],
    [".zip", makeZip(entries)],
    ...(content === PROGRAM
      ? ([
          [".xz", Buffer.from(XZ, "base64")],
          [".tar.xz", Buffer.from(TAR_XZ, "base64")],
        ] as const)
      : []),
  ]);
}
