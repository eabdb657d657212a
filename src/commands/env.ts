import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag, switchFlag, textFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { MachineError } from "../errors.js";
import { checkedConnection, proxyException } from "../machines/connection.js";
import type { MachineContext } from "../machines/machine-context.js";
import { detectShell, isKnownShell, shellDialect, shellNames } from "../terminal/shell-dialect.js";

type Variables = ReadonlyMap<string, string | undefined>;

export default defineCommand({
  summary: "Display the commands to set up the environment for the Docker client",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: {
    json: jsonFlag,
    swarm: switchFlag({ description: "Display the Swarm config instead of the Docker daemon" }),
    shell: textFlag({ description: "Shell to write for: bash, fish, cmd, powershell, tcsh or emacs; found out by default" }),
    unset: switchFlag({ char: "u", description: "Unset variables instead of setting them" }),
    "no-proxy": switchFlag({ description: "Add machine IP to NO_PROXY environment variable" }),
  },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    if (flags.unset && words.length > 0) {
      throw new MachineError("ARGUMENTS_INVALID", "Error: Expected no machine name when the -u flag is present", {
        suggestions: [`Without ${words.join(" ")}: docker-machine env -u`],
      });
    }
    const find = async () =>
      flags.unset
        ? unsetVariables(flags["no-proxy"])
        : setVariables(machines, await nameOrDefault(machines, words), { swarm: flags.swarm, noProxy: flags["no-proxy"] });
    if (flags.json) return printJson({ variables: Object.fromEntries([...(await find())].map(([name, value]) => [name, value ?? null])) });
    const shell = flags.shell ?? detectShell(process.env, process.platform);
    if (shell === undefined) {
      print("The default lines below are for a sh/bash shell, you can specify the shell you're using, with the --shell flag.\n");
      throw new MachineError("SHELL_UNKNOWN", "Error: Unknown shell", { suggestions: ["docker-machine env --shell bash"] });
    }
    if (!isKnownShell(shell)) {
      machines.log.warn(
        `The shell ${JSON.stringify(shell)} is not known: these lines are for a POSIX shell. Known are ${shellNames.join(", ")}.`,
      );
    }
    print(render(await find(), shell));
  },
});

function unsetVariables(noProxy: boolean): Variables {
  const names = ["DOCKER_TLS_VERIFY", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME"];
  if (noProxy) names.push(noProxyName());
  return new Map(names.map((name) => [name, undefined]));
}

interface Wanted {
  readonly swarm: boolean;
  readonly noProxy: boolean;
}

async function setVariables(machines: MachineContext, name: string, { swarm, noProxy }: Wanted): Promise<Variables> {
  const { url, certPath } = await checkedConnection(machines, name, { swarm });
  const variables = new Map([
    ["DOCKER_TLS_VERIFY", "1"],
    ["DOCKER_HOST", url],
    ["DOCKER_CERT_PATH", certPath],
    ["DOCKER_MACHINE_NAME", name],
  ]);
  if (noProxy) variables.set(noProxyName(), withAddress(process.env[noProxyName()], await proxyException(machines, name)));
  return variables;
}

/** Some programs read NO_PROXY, others no_proxy: the one the user already has is kept; of both, the one that the Go program takes. */
function noProxyName(): string {
  return (process.env.no_proxy ?? "") === "" ? "NO_PROXY" : "no_proxy";
}

function withAddress(current: string | undefined, address: string): string {
  const addresses = (current ?? "").split(",").filter((each) => each !== "");
  return addresses.includes(address) ? addresses.join(",") : [...addresses, address].join(",");
}

function render(variables: Variables, shell: string): string {
  const dialect = shellDialect(shell);
  const lines = [...variables].map(([name, value]) => (value === undefined ? dialect.unset(name) : dialect.set(name, value)));
  const commandLine = ["docker-machine", ...process.argv.slice(2)].join(" ");
  return [
    ...lines,
    `${dialect.comment} Run this command to configure your shell: `,
    `${dialect.comment} ${dialect.evaluate(commandLine)}`,
  ].join("\n");
}
