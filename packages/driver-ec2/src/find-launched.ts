import type { Instance } from "@aws-sdk/client-ec2";
import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { everyPage } from "./every-page.js";
import type { Ec2Machine } from "./machine.js";
import { TAG_KEYS, tagFilter } from "./tags.js";
import { waitInTime } from "./wait-in-time.js";

/** How long AWS may take to show an instance that it says it has launched. */
const SHOWN_WITHIN_MS = 60_000;

/** The living instance that bears the machine's UUID; `undefined` if AWS shows none within a minute. */
export async function findLaunched({ state }: Ec2Machine, aws: Aws, host: Host): Promise<Instance | undefined> {
  const Filters = [
    tagFilter(TAG_KEYS.machineId, state.MachineId ?? ""),
    { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
  ];
  const probe = async () => {
    const reservations = await everyPage(aws, "DescribeInstances", { Filters }, ({ Reservations }) => Reservations);
    return reservations.flatMap(({ Instances = [] }) => Instances)[0];
  };
  return waitInTime(host, probe, { description: "the launched instance", timeoutMs: SHOWN_WITHIN_MS, intervalMs: 1000 });
}
