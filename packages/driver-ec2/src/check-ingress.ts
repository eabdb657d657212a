import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { ingressSources, isReachedPrivately } from "./ingress-sources.js";
import type { Ec2Machine } from "./machine.js";
import type { GroupPlace } from "./security-group.js";
import { planSecurityGroups, type SecurityGroupPlan } from "./security-group-plan.js";
import { describeRule, missingRules, namesOtherSources, ownPorts } from "./security-group-rules.js";

/**
 * Looks whether the groups that the machine will be in let SSH and Docker in, as far as that isn't ours to change, and warns if they don't.
 * It changes nothing.
 *
 * @returns what the groups come to
 * @throws {DriverError} an {@link AwsError}; `EC2_SECURITY_GROUP_MISSING`; `EC2_CALLER_ADDRESS_UNKNOWN`; `OPTION_INVALID`
 */
export async function checkIngress(
  machine: Pick<Ec2Machine, "options">,
  host: Host,
  aws: Aws,
  place: GroupPlace,
): Promise<readonly SecurityGroupPlan[]> {
  const { options } = machine;
  const plans = await planSecurityGroups(machine, host, aws, place);
  const willBeOpened = !options.securityGroupReadonly && plans.some(({ isOurs }) => isOurs);
  // Whoever comes through a private network comes from an address that can't be told from here.
  const isCallerKnown = options.ingressCidr.length > 0 || !isReachedPrivately(options);
  if (willBeOpened) {
    // What can't be found out is better said now than after something was made.
    await ingressSources({ options, ...place }, host, aws);
    return plans;
  }
  const permissions = plans.flatMap(({ group }) => group?.IpPermissions ?? []);
  if (!isCallerKnown || namesOtherSources(permissions)) return plans;
  const sources = await ingressSources({ options, ...place }, host, aws);
  const wanted = ownPorts(options).flatMap((ports) => sources.map((cidr) => ({ ...ports, cidr })));
  const closed = missingRules(wanted, permissions);
  if (closed.length > 0) host.log.warn(closedWarning(plans, closed.map(describeRule)));
  return plans;
}

function closedWarning(plans: readonly SecurityGroupPlan[], rules: readonly string[]): string {
  const names = plans.map(({ name }) => `"${name}"`).join(", ");
  return (
    `The security ${plans.length === 1 ? "group" : "groups"} ${names} won't let in what docker-machine needs: ${rules.join(", ")}. ` +
    "docker-machine doesn't change groups that it hasn't made: add rules, or leave out --amazonec2-security-group."
  );
}
