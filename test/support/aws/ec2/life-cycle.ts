import type { HostedInstance } from "./host-runner.ts";
import type { Region } from "./region.ts";
import type { Instance, InstanceState, Transition } from "./resources.ts";
import { shownInstance } from "./shown-instance.ts";
import { afterTermination, refill } from "./spot-life.ts";

/** Why an instance changes its state. */
export interface Reason {
  /** `Client.UserInitiatedShutdown`. */
  readonly code: string;
  readonly message: string;
}

export const BY_USER: Reason = { code: "Client.UserInitiatedShutdown", message: "Client.UserInitiatedShutdown: User initiated shutdown" };

/** Brings a region to what it is by now: ends transitions that are due, forgets instances that are long gone, renews spot requests. */
export function settle(region: Region): void {
  const now = region.account.now();
  for (const instance of region.instances.all()) {
    if (instance.transition?.ready && now >= instance.transition.due) endTransition(region, instance, instance.transition);
    if (instance.terminatedAt !== undefined && now >= instance.terminatedAt + region.account.timing.terminatedVisible) {
      region.instances.delete(instance.id);
    }
  }
  for (const networkInterface of region.interfaces.all()) {
    if (networkInterface.goesAt !== undefined && now >= networkInterface.goesAt) region.interfaces.delete(networkInterface.id);
  }
  refill(region);
}

/** An instance that is new or stopped goes to `pending`, then to `running` with its addresses. */
export function beginStart(region: Region, instance: Instance): void {
  const { account } = region;
  delete instance.stateReason;
  instance.transitionReason = "";
  instance.launched = new Date(account.now());
  begin(region, instance, "pending", "running", account.timing.pending, account.hosts && (() => startHost(region, instance)));
}

/** A new instance goes to `pending`, then to `terminated`, since AWS found out too late that it can't launch it. */
export function beginFailure(region: Region, instance: Instance, reason: Reason): void {
  giveReason(region, instance, reason);
  begin(region, instance, "pending", "terminated", region.account.timing.pending);
}

/** A running instance goes to `stopping`, then to `stopped`. Its public address is given back, its private one stays. */
export function beginStop(region: Region, instance: Instance, reason: Reason, kind: "hibernate" | "stop" = "stop"): void {
  const { account } = region;
  giveReason(region, instance, reason);
  instance.hibernated = kind === "hibernate";
  const stop = account.hosts && (() => account.hosts?.stop(hosted(region, instance)));
  begin(region, instance, "stopping", "stopped", account.timing.stopping, stop);
}

/** An instance in whatever state goes to `terminated`: at once if it's stopped, else by `shutting-down`. */
export function beginTermination(region: Region, instance: Instance, reason: Reason): void {
  if (instance.state === "terminated" || instance.state === "shutting-down") return;
  const { account } = region;
  giveReason(region, instance, reason);
  instance.end.abort();
  const milliseconds = instance.state === "stopped" ? 0 : account.timing.shuttingDown;
  const terminate = account.hosts && (() => account.hosts?.terminate(hosted(region, instance)));
  begin(region, instance, "shutting-down", "terminated", milliseconds, terminate);
  afterTermination(region, instance);
  settle(region);
}

/** What `account.hosts` is told of an instance. */
export function hosted(region: Region, instance: Instance): HostedInstance {
  const { plan } = instance;
  return {
    instanceId: instance.id,
    region: region.name,
    imageId: plan.image.id,
    imageName: plan.image.name,
    instanceType: plan.type.name,
    ...(plan.keyPair === undefined ? {} : { publicKey: plan.keyPair.publicKey }),
    ...(plan.userData === undefined ? {} : { userData: plan.userData }),
    publicAddress: plan.publicAddress,
    hibernated: instance.hibernated,
    signal: instance.end.signal,
  };
}

/** Lets a real host do something after all that it was told before. */
export function onHost(region: Region, instance: Instance, work: () => Promise<void> | undefined): Promise<void> {
  const done = instance.hostWork.catch(() => undefined).then(work);
  instance.hostWork = done;
  region.account.track(done);
  return done;
}

function begin(
  region: Region,
  instance: Instance,
  state: InstanceState,
  to: Transition["to"],
  milliseconds: number,
  work?: () => Promise<void> | undefined,
): void {
  const { staleReads } = region.account.consistency;
  if (staleReads > 0) instance.stale = { shown: shownInstance(region, instance), reads: staleReads };
  const transition: Transition = { to, due: region.account.now() + milliseconds, ready: work === undefined };
  instance.state = state;
  instance.transition = transition;
  if (work === undefined) return;
  const done = onHost(region, instance, work);
  done.then(
    () => {
      transition.ready = true;
    },
    () => {
      transition.ready = true;
      if (to === "running" && instance.transition === transition) failStart(region, instance);
    },
  );
}

async function startHost(region: Region, instance: Instance): Promise<void> {
  const addresses = await region.account.hosts?.start(hosted(region, instance)).catch((error: unknown) => {
    // A start that is cut short by the instance's end is no failure of the host.
    if (!instance.end.signal.aborted) throw error;
  });
  if (addresses === undefined) return;
  instance.privateAddress = addresses.privateAddress;
  if (instance.plan.publicAddress) instance.publicAddress = addresses.address;
}

function failStart(region: Region, instance: Instance): void {
  beginTermination(region, instance, { code: "Server.InternalError", message: "Server.InternalError: Internal error on launch" });
}

function endTransition(region: Region, instance: Instance, transition: Transition): void {
  delete instance.transition;
  instance.state = transition.to;
  if (transition.to === "running") {
    instance.hibernated = false;
    if (region.account.hosts === undefined && instance.plan.publicAddress) instance.publicAddress = region.account.newPublicAddress();
    return;
  }
  delete instance.publicAddress;
  if (transition.to === "terminated") release(region, instance);
}

/** Terminated instances have no addresses any more; interfaces and volumes go as they were made to. */
function release(region: Region, instance: Instance): void {
  const now = region.account.now();
  instance.terminatedAt = now;
  if (!instance.end.signal.aborted) {
    instance.end.abort();
    afterTermination(region, instance);
  }
  delete instance.privateAddress;
  if (!instance.plan.subnet.ipv6Only) instance.plan.subnet.free += 1;
  const networkInterface = region.interfaces.at(instance.interfaceId);
  if (networkInterface?.deleteOnTermination) networkInterface.goesAt = now + region.account.timing.interfaceRelease;
  for (const volume of region.volumes.all()) {
    if (volume.attachment?.instanceId !== instance.id) continue;
    if (volume.attachment.deleteOnTermination) region.volumes.delete(volume.id);
    else delete volume.attachment;
  }
}

function giveReason(region: Region, instance: Instance, reason: Reason): void {
  instance.stateReason = { Code: reason.code, Message: reason.message };
  const time = new Date(region.account.now()).toISOString().replace("T", " ").slice(0, 19);
  instance.transitionReason = reason === BY_USER ? `User initiated (${time} GMT)` : reason.message;
}
