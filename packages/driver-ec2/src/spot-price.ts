import type { Aws } from "./aws/aws.js";

/** What a spot instance costs now. */
export interface SpotPrice {
  /** `eu-central-1a` */
  readonly zone: string;
  /** In USD an hour, as AWS writes it: `0.0038`. */
  readonly price: string;
}

/**
 * Asks for the current spot prices of an instance type with Linux, the lowest first.
 *
 * @throws {AwsError}
 */
export async function spotPrices(aws: Aws, instanceType: string): Promise<readonly SpotPrice[]> {
  const { SpotPriceHistory = [] } = await aws.ec2("DescribeSpotPriceHistory", {
    InstanceTypes: [instanceType as never],
    ProductDescriptions: ["Linux/UNIX"],
    // From now on: AWS then tells the prices that hold now.
    StartTime: new Date(),
  });
  return SpotPriceHistory.flatMap(({ AvailabilityZone, SpotPrice }) =>
    AvailabilityZone === undefined || SpotPrice === undefined ? [] : [{ zone: AvailabilityZone, price: SpotPrice }],
  ).sort((one, other) => Number(one.price) - Number(other.price));
}
