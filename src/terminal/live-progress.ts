import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { elapsed } from "./elapsed.js";
import { type Display, printable } from "./terminal-log.js";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

/** How {@link LiveProgress} shows work. */
export interface LiveProgressOptions {
  /** A terminal. */
  readonly stream: NodeJS.WriteStream;
  /** Whether a step that is done stays on the screen, with the time it took. */
  readonly keepSteps: boolean;
}

/** One line of a {@link LiveProgress}. */
export interface LiveLine {
  /** Says what is being done from now on. */
  step(text: string): void;
  /** Ends the line. It stays on the screen, with a mark that tells how it went. */
  end(outcome: "done" | "failed"): void;
}

interface Work {
  readonly name: string;
  readonly startedAt: number;
  step: string;
  stepStartedAt: number;
}

/** The end of a terminal with a line for each piece of work that goes on: its name, its step, and how long it has taken. */
export class LiveProgress implements Display {
  readonly #options: LiveProgressOptions;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #works = new Set<Work>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveProgressOptions) {
    this.#options = options;
    this.#update = createLogUpdate(options.stream);
  }

  /** Adds a line. */
  start(name: string): LiveLine {
    const now = performance.now();
    const work: Work = { name, startedAt: now, step: "", stepStartedAt: now };
    this.#works.add(work);
    this.resume();
    return {
      step: (text) => this.#step(work, text),
      end: (outcome) => {
        if (outcome === "done") this.#keep(work);
        this.#works.delete(work);
        const step = outcome === "failed" && work.step !== "" ? `${work.step}  ` : "";
        this.above(`${this.#mark(outcome)} ${work.name}  ${step}${this.#dim(elapsed(performance.now() - work.startedAt))}\n`);
      },
    };
  }

  above(text: string): void {
    this.#update.clear();
    this.#options.stream.write(text);
    this.#draw();
  }

  step(text: string): void {
    const [work, ...others] = this.#works;
    if (work !== undefined && others.length === 0) this.#step(work, text);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#update.clear();
    this.#update.done();
  }

  resume(): void {
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS);
    this.#draw();
  }

  #step(work: Work, text: string): void {
    this.#keep(work);
    work.step = printable(text).replaceAll(/\s+/g, " ");
    work.stepStartedAt = performance.now();
    this.#draw();
  }

  #keep({ step, stepStartedAt }: Work): void {
    if (this.#options.keepSteps && step !== "") this.above(`  ${step}  ${this.#dim(elapsed(performance.now() - stepStartedAt))}\n`);
  }

  #draw(): void {
    if (this.#timer === undefined) return;
    // A terminal that doesn't know its size says 0.
    const { columns, rows } = this.#options.stream;
    const shown = [...this.#works].slice(0, Math.max(1, (rows || 24) - 2));
    const hidden = this.#works.size - shown.length;
    const lines = shown.map((work) => this.#line(work, columns || 80));
    this.#update([...lines, ...(hidden > 0 ? [`  and ${hidden} more`] : [])].join("\n"));
  }

  #line({ name, step, startedAt }: Work, columns: number): string {
    const frame = FRAMES[Math.floor(performance.now() / FRAME_MS) % FRAMES.length] ?? "";
    const time = elapsed(performance.now() - startedAt);
    const title = cut(name, Math.floor(columns / 2));
    const shown = cut(step, columns - title.length - time.length - 7);
    return `${this.#style("cyan", frame)} ${title}  ${shown}${shown === "" ? "" : "  "}${this.#dim(time)}`;
  }

  #mark(outcome: "done" | "failed"): string {
    return outcome === "done" ? this.#style("green", "✓") : this.#style("red", "✗");
  }

  #dim(text: string): string {
    return this.#style("dim", text);
  }

  #style(style: "cyan" | "dim" | "green" | "red", text: string): string {
    return styleText(style, text, { stream: this.#options.stream });
  }
}

function cut(text: string, room: number): string {
  if (text.length <= room) return text;
  return room <= 1 ? "" : `${text.slice(0, room - 1)}…`;
}
