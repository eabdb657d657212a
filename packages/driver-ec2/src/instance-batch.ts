import type { Instance } from "@aws-sdk/client-ec2";
import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { untilAborted } from "./aws/until-aborted.js";

/** How long ids are gathered for one call. `ls` asks for all machines at nearly the same time. */
const GATHERING_MS = 20;
/** A filter takes 200 values; AWS's answers get slow long before. */
const MOST_IDS = 100;

interface Batch {
  readonly ids: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, Instance>>;
  readonly controller: AbortController;
  /** How many wait for the answer. */
  waiting: number;
}

/** The instances that the machines of this process ask for, in one call for all who ask at nearly the same time. */
class InstanceBatches {
  #open: Batch | undefined;

  async describe(id: string, aws: Aws, signal: AbortSignal): Promise<Instance | undefined> {
    const batch = this.#open ?? this.#begin(aws);
    batch.ids.add(id);
    batch.waiting += 1;
    if (batch.ids.size >= MOST_IDS) this.#open = undefined;
    try {
      const instances = await untilAborted(signal, batch.answer);
      return instances.get(id);
    } finally {
      batch.waiting -= 1;
      if (batch.waiting === 0) batch.controller.abort();
    }
  }

  #begin(aws: Aws): Batch {
    const ids = new Set<string>();
    const controller = new AbortController();
    const gathered = new Promise((resolve) => setTimeout(resolve, GATHERING_MS));
    const answer = gathered.then(() => {
      if (this.#open === batch) this.#open = undefined;
      return describeAll([...ids], aws, controller.signal);
    });
    const batch: Batch = { ids, answer, controller, waiting: 0 };
    this.#open = batch;
    return batch;
  }
}

/**
 * What AWS knows of an instance; `undefined` if it knows none with this id. All machines of a region that ask at nearly the same time share one call.
 *
 * @throws {AwsError}
 */
export async function describeInstance(id: string, aws: Aws, host: Host): Promise<Instance | undefined> {
  const batches = host.shared(`amazonec2-instances-${aws.key}`, () => new InstanceBatches());
  return batches.describe(id, aws, host.signal);
}

/** By a filter, which finds those that are there; a call with `InstanceIds` fails for all of them if a single one is gone. */
async function describeAll(ids: readonly string[], aws: Aws, signal: AbortSignal): Promise<ReadonlyMap<string, Instance>> {
  const found = new Map<string, Instance>();
  let next: { readonly NextToken?: string } = {};
  for (;;) {
    const page = await aws.ec2("DescribeInstances", { Filters: [{ Name: "instance-id", Values: [...ids] }], ...next }, { signal });
    for (const instance of (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances)) {
      if (instance.InstanceId !== undefined) found.set(instance.InstanceId, instance);
    }
    if (page.NextToken === undefined || page.NextToken === "") return found;
    next = { NextToken: page.NextToken };
  }
}
