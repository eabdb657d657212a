import { Args, Command, Help as HelpText } from "@oclif/core";

export default class Help extends Command {
  static override summary = "Shows a list of commands or help for one command";
  static override args = { command: Args.string({ description: "Command", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    await new HelpText(this.config).showHelp(args.command ?? []);
  }
}
