import type { SFTPWrapper } from "ssh2";

/**
 * Moves each uploaded file to its place, if content or mode differ from what is there, and prints the places that changed.
 * However it ends, no upload stays behind; those of a run that was cut before are removed an hour later.
 */
export const INSTALL_FILES = `set -eu
prefix=$1
shift
trap 'rm -f -- "$prefix"-*; find . -maxdepth 1 -name ".docker-machine-*" -type f -mmin +60 -delete' EXIT
number=0
while [ "$#" -gt 0 ]; do
  from=$prefix-$number to=$1 mode=$2
  number=$((number + 1))
  shift 2
  if [ -f "$to" ] && cmp -s "$from" "$to" && [ "$(stat -c %a:%u:%g "$to")" = "$mode:0:0" ]; then continue; fi
  mkdir -p -m 755 "$(dirname "$to")"
  install -o root -g root -m "$mode" "$from" "$to.new"
  mv -f "$to.new" "$to"
  printf '%s\\n' "$to"
done`;

/** Writes a new file in the login's folder, which no one else can read from its first moment. */
export async function upload(sftp: SFTPWrapper, path: string, content: string | Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stream = sftp.createWriteStream(path, { flags: "wx", mode: 0o600 });
    stream.on("error", reject);
    stream.on("close", () => resolve());
    stream.end(content);
  });
}
