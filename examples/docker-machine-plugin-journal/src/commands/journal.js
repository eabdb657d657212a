import { Command, Flags } from "@oclif/core";
import { lines } from "../journal.js";

export default class Journal extends Command {
  static summary = "Show which machines were created and removed, and when";
  static flags = { last: Flags.integer({ description: "Show only so many lines", min: 1 }) };

  async run() {
    const { flags } = await this.parse(Journal);
    for (const line of (await lines()).slice(-(flags.last ?? 0))) this.log(line);
  }
}
