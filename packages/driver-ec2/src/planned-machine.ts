import { randomUUID } from "node:crypto";
import type { Host } from "@docker-machine/driver-sdk";
import { type Aws, openAws } from "./aws/aws.js";
import { ingressSources } from "./ingress-sources.js";
import { type LaunchPlan, planLaunch } from "./launch-plan.js";
import type { Ec2Machine } from "./machine.js";
import { planSecurityGroups, type SecurityGroupPlan } from "./security-group-plan.js";
import { type IngressRule, wantedRules } from "./security-group-rules.js";

/** What a machine would be made of. */
export interface PlannedMachine {
  readonly machine: Ec2Machine;
  readonly aws: Aws;
  readonly plan: LaunchPlan;
  readonly groups: readonly SecurityGroupPlan[];
  /** What groups of ours must let in. */
  readonly rules: readonly IngressRule[];
}

/**
 * Looks up what a machine would be made of. It gets its UUID, since permissions depend on the tags that hold it.
 *
 * @throws {DriverError} what {@link planLaunch}, {@link planSecurityGroups} and {@link ingressSources} throw
 */
export async function findPlanned(machine: Ec2Machine, host: Host): Promise<PlannedMachine> {
  const { options, state } = machine;
  const aws = await openAws(machine, host);
  if (state.MachineId === undefined) await machine.persist({ MachineId: randomUUID() });
  const plan = await planLaunch(machine, aws);
  const groups = await planSecurityGroups(machine, host, aws, plan);
  const isOpened = !options.securityGroupReadonly && groups.some(({ isOurs }) => isOurs);
  const rules = isOpened ? wantedRules(options, await ingressSources({ options, vpcId: plan.vpcId }, host, aws)) : [];
  return { machine, aws, plan, groups, rules };
}
