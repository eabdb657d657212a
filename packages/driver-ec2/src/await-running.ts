import type { Instance } from "@aws-sdk/client-ec2";
import { DriverError, type Host, waitFor } from "@docker-machine/driver-sdk";
import { type AddressKind, addressKind, addressOf } from "./addresses.js";
import { expectInstance, type LaunchedInstance } from "./instance.js";
import type { Ec2Machine } from "./machine.js";

const RUNNING_WITHIN_MS = 10 * 60_000;
/** An instance has its addresses when it runs, or never; AWS may tell of them a little later. */
const ADDRESS_WITHIN_LOOKS = 5;

/** The option that leads to an address of another kind. */
const OTHER_KIND: Readonly<Record<AddressKind, readonly string[]>> = {
  public: [
    "A subnet that gives public addresses: --amazonec2-subnet-id SUBNET",
    "The private address, from inside of the VPC: --amazonec2-private-address-only",
    "The private address, from anywhere: --amazonec2-bastion USER@HOST",
  ],
  private: ["aws ec2 describe-instances"],
  IPv6: ["Let AWS assign one: --amazonec2-ipv6-address-count 1", "A subnet with IPv6 addresses: --amazonec2-subnet-id SUBNET"],
};

/**
 * Waits until the instance runs and has the address that the options wish, and saves its addresses.
 *
 * @throws {DriverError} `EC2_INSTANCE_TERMINATED` or `EC2_START_FAILED` with AWS's reason; `EC2_ADDRESS_MISSING`; `EC2_START_TIMEOUT`; an {@link AwsError}
 */
export async function awaitRunning(machine: Ec2Machine, launched: LaunchedInstance, host: Host): Promise<Instance> {
  const kind = addressKind(machine);
  let looksWithoutAddress = 0;
  let wasPending = false;
  host.progress(`Waiting for ${launched.id}`);
  const probe = async () => {
    const instance = await expectInstance(machine, launched, host);
    const state = instance?.State?.Name;
    wasPending ||= state === "pending";
    // Right after a start, AWS may still show what was before.
    if (state === "stopped" && wasPending && instance !== undefined) throw failedStart(machine, instance);
    if (state !== "running" || instance === undefined) return undefined;
    if (addressOf(instance, kind) !== undefined) return instance;
    looksWithoutAddress += 1;
    if (looksWithoutAddress >= ADDRESS_WITHIN_LOOKS) throw withoutAddress(machine, launched, kind);
    return undefined;
  };
  const instance = await waitFor(host, probe, {
    description: `the instance ${launched.id} in ${launched.aws.region} to run`,
    timeoutMs: RUNNING_WITHIN_MS,
    intervalMs: 1000,
    timeoutCode: "EC2_START_TIMEOUT",
  });
  await saveAddresses(machine, instance, kind);
  return instance;
}

async function saveAddresses(machine: Ec2Machine, instance: Instance, kind: AddressKind): Promise<void> {
  const IPAddress = addressOf(instance, kind);
  const { PrivateIpAddress: PrivateIPAddress } = instance;
  const { state } = machine;
  if (state.IPAddress === IPAddress && state.PrivateIPAddress === PrivateIPAddress) return;
  await machine.persist({ IPAddress, PrivateIPAddress });
}

function failedStart({ name }: Ec2Machine, { InstanceId, StateReason }: Instance): DriverError {
  const reason = StateReason?.Message ?? StateReason?.Code ?? "AWS gives no reason";
  return new DriverError(
    "EC2_START_FAILED",
    `The instance ${InstanceId} of the machine "${name}" stopped while it was starting: ${reason}.`,
    {
      suggestions: [`docker-machine start ${name}`],
    },
  );
}

function withoutAddress({ name }: Ec2Machine, { id }: LaunchedInstance, kind: AddressKind): DriverError {
  return new DriverError("EC2_ADDRESS_MISSING", `The instance ${id} of the machine "${name}" runs, but has no ${kind} address.`, {
    suggestions: [`docker-machine rm -y ${name}`, ...OTHER_KIND[kind]],
  });
}
