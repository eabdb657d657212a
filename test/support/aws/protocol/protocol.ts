import type { AwsFault } from "../aws-fault.ts";
import type { Structure } from "../call.ts";
import type { Problem } from "../model/problem.ts";
import type { Operation } from "../model/service-model.ts";

/** A request as it came. */
export interface WireRequest {
  readonly method: string;
  /** As sent: the path with its query. */
  readonly url: string;
  /** Lower case names; several headers of a name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer as it goes. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a request asks for. */
export interface Wanted {
  readonly input: Structure;
  /** What the protocol forbids. `input` lacks those members. */
  readonly problems: readonly Problem[];
}

/** How a service's requests and answers are written. */
export interface Protocol {
  /** @throws AwsFault if the request isn't one of this protocol */
  actionOf(request: WireRequest): string;
  read(operation: Operation, request: WireRequest): Wanted;
  /** What AWS answers to a request with such a problem. */
  faultOf(problem: Problem): AwsFault;
  write(action: string, operation: Operation, output: Structure | undefined, requestId: string): WireAnswer;
  writeFault(fault: AwsFault, requestId: string): WireAnswer;
}
