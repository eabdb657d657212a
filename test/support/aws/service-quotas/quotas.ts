/** One of EC2's quotas. */
export interface Quota {
  readonly name: string;
  readonly value: number;
}

/** EC2's quotas of a new account, by their codes, as the Service Quotas console and AWS's documentation of instance quotas name them. */
export const ec2Quotas: Readonly<Record<string, Quota>> = {
  "L-0263D0A3": { name: "EC2-VPC Elastic IPs", value: 5 },
  "L-1216C47A": { name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", value: 5 },
  "L-34B43A08": { name: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", value: 5 },
  "L-3819A6DF": { name: "All G and VT Spot Instance Requests", value: 0 },
  "L-417A185B": { name: "Running On-Demand P instances", value: 0 },
  "L-7212CCBC": { name: "All P4, P3 and P2 Spot Instance Requests", value: 0 },
  "L-DB2E81BA": { name: "Running On-Demand G and VT instances", value: 0 },
};
