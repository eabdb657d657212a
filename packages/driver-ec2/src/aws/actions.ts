/**
 * Every action of Amazon EC2 that the driver may call. The types of {@link Aws.ec2} and the IAM policy of the documentation come from this list:
 * an action that isn't in it can't be called.
 */
export const EC2_ACTIONS = [
  "AuthorizeSecurityGroupIngress",
  "CancelSpotInstanceRequests",
  "CreateFleet",
  "CreateLaunchTemplate",
  "CreateSecurityGroup",
  // Not called by itself: AWS asks for this permission where something is tagged as it is made.
  "CreateTags",
  "DeleteFleets",
  "DeleteKeyPair",
  "DeleteLaunchTemplate",
  "DeleteSecurityGroup",
  "DeleteVolume",
  "DescribeFleets",
  "DescribeImages",
  "DescribeInstanceTypes",
  "DescribeInstances",
  "DescribeKeyPairs",
  "DescribeLaunchTemplates",
  "DescribeNetworkInterfaces",
  "DescribePlacementGroups",
  "DescribeRegions",
  "DescribeSecurityGroups",
  "DescribeSpotInstanceRequests",
  "DescribeSpotPriceHistory",
  "DescribeSubnets",
  "DescribeTags",
  "DescribeVolumes",
  "DescribeVpcs",
  "ImportKeyPair",
  "RebootInstances",
  "RunInstances",
  "StartInstances",
  "StopInstances",
  "TerminateInstances",
] as const;

/** Every action of AWS Systems Manager that the driver may call. */
export const SSM_ACTIONS = ["GetParameter"] as const;

/** Every action of the AWS Security Token Service that the driver may call. */
export const STS_ACTIONS = ["DecodeAuthorizationMessage", "GetCallerIdentity"] as const;

/** Every action of Service Quotas that the driver may call. */
export const QUOTAS_ACTIONS = ["GetServiceQuota"] as const;

/** An action of Amazon EC2, as AWS writes it: `RunInstances`. */
export type Ec2Action = (typeof EC2_ACTIONS)[number];
/** An action of AWS Systems Manager. */
export type SsmAction = (typeof SSM_ACTIONS)[number];
/** An action of the AWS Security Token Service. */
export type StsAction = (typeof STS_ACTIONS)[number];
/** An action of Service Quotas. */
export type QuotasAction = (typeof QUOTAS_ACTIONS)[number];
