import { setTimeout as pause } from "node:timers/promises";
import { AwsFault } from "./aws-fault.ts";
import type { Call } from "./call.ts";
import { callerFaults } from "./caller-faults.ts";

/** What goes wrong with a call. It may do the call, by `effect`, or not; what it throws is answered, or cuts the connection: see `AwsOptions.onCall`. */
export type Fault = <T>(call: Call, effect: () => Promise<T>) => Promise<T>;

/** When a fault strikes. */
export interface FaultTime {
  /** `RunInstances`. Default: any action. */
  readonly action?: string;
  /** How many such calls are let through first. Default: 0. */
  readonly skip?: number;
  /** How many calls it then strikes. Default: 1. */
  readonly times?: number;
}

/** Why a connection was cut, for the server alone: the client sees no answer. */
class ConnectionCut extends Error {
  override readonly name = "ConnectionCut";
}

/** Nothing is done, and AWS says so. */
export function refuse(code: string, message = `The stand-in was told to answer ${code}.`): Fault {
  return () => Promise.reject(new AwsFault(code, message));
}

/** Nothing is done; the client is told to slow down, as its service does. */
export function throttle(): Fault {
  return ({ service }) => Promise.reject(callerFaults(service).throttled());
}

/** Nothing is done, and the connection breaks. */
export function loseRequest(): Fault {
  return ({ action }) => Promise.reject(new ConnectionCut(`The request ${action} was lost.`));
}

/** All is done, and the connection breaks before the answer. */
export function loseAnswer(): Fault {
  return async ({ action }, effect) => {
    await effect();
    throw new ConnectionCut(`The answer to ${action} was lost.`);
  };
}

/** Waits before the call is done. A client that hangs up ends the waiting, and the call isn't done. */
export function delay(milliseconds: number): Fault {
  return async ({ signal }, effect) => {
    await pause(milliseconds, undefined, { signal });
    return effect();
  };
}

/** Does something when the call is done, before the client gets its answer: kills the client, for one. */
export function afterwards(act: (call: Call) => void | Promise<void>): Fault {
  return async (call, effect) => {
    const output = await effect();
    await act(call);
    return output;
  };
}

interface PlannedFault {
  readonly fault: Fault;
  readonly action: string | undefined;
  skip: number;
  times: number;
}

/** Which calls go wrong, and how. */
export class FaultPlan {
  #planned: readonly PlannedFault[] = [];

  /** Lets calls to come go wrong. Each plan counts for itself; the first that is due strikes. */
  plan(fault: Fault, { action, skip = 0, times = 1 }: FaultTime = {}): void {
    this.#planned = [...this.#planned, { fault, action, skip, times }];
  }

  /** Nothing goes wrong from now on. */
  clear(): void {
    this.#planned = [];
  }

  /** Passes a call through the fault that is due, if there is one. */
  readonly apply: Fault = (call, effect) => {
    const fitting = this.#planned.filter(({ action, times }) => times > 0 && (action === undefined || action === call.action));
    const due = fitting.find(({ skip }) => skip === 0);
    for (const planned of fitting) if (planned.skip > 0) planned.skip--;
    if (due === undefined) return effect();
    due.times--;
    return due.fault(call, effect);
  };
}
