import type { ListedMachine } from "../machines/list-machines.js";
import { parseTemplate, type Template } from "../template/template.js";
import { machineRowValue, titlesValue } from "./machine-row-value.js";
import { sortedNaturally } from "./natural-order.js";
import { alignTabs } from "./tab-writer.js";

const TABLE = "table ";

/** What a {@link MachineListTemplate} looks at and writes to. */
export interface ListTemplateOptions {
  /** DOCKER_HOST. */
  readonly dockerHost: string | undefined;
  write(text: string): void;
}

/** The template of `ls --format`, which is carried out for each machine. After `table ` it has a line of titles and columns. */
export class MachineListTemplate {
  readonly #template: Template;
  readonly #isTable: boolean;

  /**
   * @param format as the user gave it: `\t` in it is a tab
   * @throws {MachineError} `TEMPLATE_INVALID`
   */
  constructor(format: string) {
    this.#isTable = format.startsWith(TABLE);
    const text = this.#isTable ? format.slice(TABLE.length) : format;
    this.#template = parseTemplate(`${text.replaceAll("\\t", "\t")}\n`);
  }

  /**
   * Writes the machines in the order of `ls`.
   *
   * @throws {MachineError} `TEMPLATE_FAILED`; what was made before is written
   */
  write(machines: readonly ListedMachine[], { dockerHost, write }: ListTemplateOptions): void {
    let text = "";
    const add = (piece: string) => {
      text += piece;
    };
    try {
      if (this.#isTable) this.#template.execute(titlesValue(), add);
      for (const machine of sortedNaturally(machines)) this.#template.execute(machineRowValue(machine, { all: machines, dockerHost }), add);
    } finally {
      write(this.#isTable ? alignTabs(text) : text);
    }
  }
}
