import { BaseDriver, type DriverDefinition, defineDriver, isDriverName, type MachineStatus } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { packageOfName } from "./package-of-name.js";

/** A driver that a machine needs and that isn't there. */
export interface MissingDriverQuestion {
  readonly name: string;
  /** The canonical source that the machine remembers. */
  readonly source: string | undefined;
  /** Why it can't be used, if it is more than not being installed. */
  readonly cause?: MachineError;
}

/** Stands in for a driver that can't be loaded, so that its machines can still be listed and, by force, removed. Every operation fails with the same error. */
export function missingDefinition(question: MissingDriverQuestion): DriverDefinition {
  const problem = missingError(question);
  return defineDriver({
    name: isDriverName(question.name) ? question.name : "missing",
    summary: problem.message,
    options: {},
    createDriver: (machine, host) => new MissingDriver(machine, host, problem),
  });
}

/** `DRIVER_MISSING` with the command that installs it, or what keeps an installed one from loading. */
export function missingError({ name, source, cause }: MissingDriverQuestion): MachineError {
  if (cause !== undefined) return cause;
  const remembered = source === undefined || source === name ? undefined : source;
  const wanted = remembered ?? (isDriverName(name) ? `npm:${packageOfName(name)}` : "SOURCE");
  return new MachineError("DRIVER_MISSING", `The driver "${name}" is not installed.`, {
    suggestions: [`docker-machine driver install ${isPasteable(wanted) ? wanted : "SOURCE"}`],
  });
}

/** A config.json from elsewhere may name anything as source, and what is suggested gets pasted into a shell. */
function isPasteable(source: string): boolean {
  return /^[A-Za-z0-9@./][A-Za-z0-9@:/._#^~+%=-]*$/.test(source);
}

class MissingDriver extends BaseDriver {
  readonly #problem: MachineError;

  constructor(machine: BaseDriver["machine"], host: BaseDriver["host"], problem: MachineError) {
    super(machine, host);
    this.#problem = problem;
  }

  override create(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override remove(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override status(): Promise<MachineStatus> {
    return Promise.reject(this.#problem);
  }

  override start(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override stop(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override kill(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override restart(): Promise<void> {
    return Promise.reject(this.#problem);
  }

  override sshEndpoint(): Promise<never> {
    return Promise.reject(this.#problem);
  }

  override address(): Promise<string> {
    return Promise.reject(this.#problem);
  }

  override url(): Promise<string> {
    return Promise.reject(this.#problem);
  }
}
