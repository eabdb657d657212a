import { Args, Flags } from "@oclif/core";
import { MachineError } from "../errors.js";
import { MachineCommand } from "../machine-command.js";
import { checkedConnection } from "../machines/connection.js";
import { detectShell, shellDialect } from "../terminal/shell-dialect.js";

type Variables = ReadonlyMap<string, string | undefined>;

export default class Env extends MachineCommand {
  static override summary = "Display the commands to set up the environment for the Docker client";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };
  static override flags = {
    swarm: Flags.boolean({ description: "Display the Swarm config instead of the Docker daemon" }),
    shell: Flags.string({ description: "Shell to write for: bash, fish, cmd, powershell, tcsh or emacs; found out by default" }),
    unset: Flags.boolean({ char: "u", description: "Unset variables instead of setting them" }),
    "no-proxy": Flags.boolean({ description: "Add machine IP to NO_PROXY environment variable" }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Env);
    const context = await this.context(flags, "data");
    const shell = flags.shell ?? detectShell(process.env, process.platform);
    if (shell === undefined) {
      this.log("The default lines below are for a sh/bash shell, you can specify the shell you're using, with the --shell flag.\n");
      throw new MachineError("SHELL_UNKNOWN", "Error: Unknown shell", { suggestions: ["docker-machine env --shell bash"] });
    }
    const variables = flags.unset
      ? unsetVariables(flags["no-proxy"])
      : await setVariables(
          await this.nameOrDefault(context, args.name),
          async (name) => checkedConnection(context.machines, name, flags),
          flags["no-proxy"],
        );
    this.log(render(variables, shell));
  }
}

function unsetVariables(noProxy: boolean): Variables {
  const names = ["DOCKER_TLS_VERIFY", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME"];
  if (noProxy) names.push(noProxyName());
  return new Map(names.map((name) => [name, undefined]));
}

async function setVariables(
  name: string,
  connect: (name: string) => Promise<{ readonly url: string; readonly certPath: string }>,
  noProxy: boolean,
): Promise<Variables> {
  const { url, certPath } = await connect(name);
  const variables = new Map([
    ["DOCKER_TLS_VERIFY", "1"],
    ["DOCKER_HOST", url],
    ["DOCKER_CERT_PATH", certPath],
    ["DOCKER_MACHINE_NAME", name],
  ]);
  if (noProxy) variables.set(noProxyName(), withAddress(process.env[noProxyName()], url));
  return variables;
}

/** Some programs read NO_PROXY, others no_proxy: the one the user already has is kept. */
function noProxyName(): string {
  return process.env.NO_PROXY === undefined && process.env.no_proxy !== undefined ? "no_proxy" : "NO_PROXY";
}

function withAddress(current: string | undefined, url: string): string {
  const address = url.replace(/^tcp:\/\//, "").replace(/:2376$/, "");
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
