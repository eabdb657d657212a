const valueFlags = [
  "--storage-path",
  "-s",
  "--tls-ca-cert",
  "--tls-ca-key",
  "--tls-client-cert",
  "--tls-client-key",
  "--github-api-token",
  "--bugsnag-api-token",
];
const switches = ["--debug", "-D", "--native-ssh"];

/**
 * Moves global flags that stand before the command behind its name (`-s X driver list` → `driver list -s X`), where oclif looks for them.
 *
 * @param argv the command line without program and script
 * @param commandWords how many of the words from the first one on name the command
 */
export function moveGlobalFlags(argv: readonly string[], commandWords: (words: readonly string[]) => number): string[] {
  let index = 0;
  while (index < argv.length) {
    const word = argv[index] ?? "";
    if (valueFlags.includes(word)) index += 2;
    else if (switches.includes(word) || valueFlags.some((flag) => word.startsWith(`${flag}=`))) index += 1;
    else break;
  }
  const globals = argv.slice(0, index);
  const rest = argv.slice(index);
  const words = commandWords(rest);
  return [...rest.slice(0, words), ...globals, ...rest.slice(words)];
}
