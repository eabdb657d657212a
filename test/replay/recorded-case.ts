import { readFile } from "node:fs/promises";

/** A command line that the Go program was given, and what it left. `$STORE`, `$HOME` and `$TMP` in it stand for paths. */
export interface RecordedCase {
  readonly name: string;
  readonly args: readonly string[];
  /** Variables that were set, or removed: `undefined`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RecordedLine {
  readonly name: string;
  readonly cmd: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The recording joined the words with spaces: here are the command lines of which a word holds a space itself. */
const ARGS: Readonly<Record<string, readonly string[]>> = {
  c08_create_badname_space: ["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "a b"],
  i04_inspect_json: ["inspect", "-f", "{{json .Driver}}", "full"],
  i05_inspect_pretty: ["inspect", "-f", "{{prettyjson .HostOptions.SwarmOptions}}", "full"],
  l06_ls_fmt_table: ["ls", "--format", "table {{.Name}}\\t{{.ResponseTime}}"],
  l08_ls_fmt_tablehdr: [
    ...["ls", "--filter", "name=full", "--format"],
    "table {{.Name}} {{.Active}} {{.ActiveHost}} {{.ActiveSwarm}} {{.DriverName}} {{.State}} {{.URL}} {{.SwarmOptions}} {{.Swarm}} {{.EngineOptions}} {{.Error}} {{.DockerVersion}} {{.ResponseTime}}",
  ],
  l09_ls_fmt_engine: ["ls", "--format", "{{.Name}}: {{.EngineOptions.Labels}}"],
  l12_ls_fmt_table_badfield: ["ls", "--format", "table {{.Nope}}"],
  g08_ssh: ["ssh", "gen1", "echo hi; exit 3"],
};

const INPUTS: Readonly<Record<string, string>> = { "n\\\\n": "n\n", "y\\\\n": "y\n", "\\\\n": "\n", "maybe\\\\n": "maybe\n", "''": "" };

/** The recording of this name: `cases` are command lines, `help` the help texts. */
export async function readRecording(name: "cases" | "help"): Promise<readonly RecordedCase[]> {
  const text = await readFile(new URL(`../fixtures/go-cases/${name}.jsonl`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => parseCase(JSON.parse(line) as RecordedLine));
}

function parseCase({ name, cmd, rc, stdout, stderr }: RecordedLine): RecordedCase {
  const [, prefix, rest, typed] = /^(?:env (.*?) )?docker-machine ?(.*?)(?: {2}\(stdin: (.*)\))?$/s.exec(cmd) ?? [];
  if (rest === undefined) throw new Error(`The recorded command line of ${name} can't be read: ${cmd}`);
  const input = typed === undefined ? "" : INPUTS[typed];
  if (input === undefined) throw new Error(`The recorded input of ${name} is not known: ${typed}`);
  const args = ARGS[name] ?? rest.split(" ");
  if (args.join(" ") !== rest) throw new Error(`The words given for ${name} are not those of ${cmd}`);
  return { name, args, env: parseEnv(prefix), input, exitCode: rc, stdout, stderr };
}

/** What the program env was given: `NAME=value`, or `-u NAME`. */
function parseEnv(prefix = ""): Record<string, string | undefined> {
  const removed = [...prefix.matchAll(/-u (\S+)/g)].map(([, name = ""]) => [name, undefined] as const);
  const set = [...prefix.matchAll(/(\w+)=(\S*)/g)].map(([, name = "", value = ""]) => [name, value] as const);
  return Object.fromEntries([...removed, ...set]);
}
