import type { InstanceMetadataOptionsResponse, RunInstancesRequest } from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import { checkBetween, checkOneOf, invalidCombination, invalidValue } from "./checks.ts";
import type { Image } from "./images.ts";
import type { InstanceType } from "./instance-types.ts";
import type { SpotPlan, VolumePlan } from "./resources.ts";

/** AWS takes at most 16 KiB, before they're encoded. */
const MAX_USER_DATA = 16_384;

/** @throws AwsFault `InvalidUserData.Malformed`, `InvalidParameterValue` */
export function decodedUserData(text: string | undefined): Buffer | undefined {
  if (text === undefined || text === "") return undefined;
  const compact = text.replaceAll(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z\d+/]*={0,2}$/.test(compact)) {
    throw new AwsFault("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  }
  const bytes = Buffer.from(compact, "base64");
  if (bytes.length > MAX_USER_DATA) throw new AwsFault("InvalidParameterValue", "User data is limited to 16384 bytes");
  return bytes;
}

/** What the request says of the metadata service, with what holds without. */
export function metadataOptions(
  options: RunInstancesRequest["MetadataOptions"],
  before: InstanceMetadataOptionsResponse,
): InstanceMetadataOptionsResponse {
  checkOneOf(options?.HttpTokens, ["optional", "required"], "httpTokens");
  checkOneOf(options?.HttpEndpoint, ["disabled", "enabled"], "httpEndpoint");
  checkOneOf(options?.HttpProtocolIpv6, ["disabled", "enabled"], "httpProtocolIpv6");
  checkOneOf(options?.InstanceMetadataTags, ["disabled", "enabled"], "instanceMetadataTags");
  checkBetween(options?.HttpPutResponseHopLimit, 1, 64, "httpPutResponseHopLimit");
  return {
    HttpTokens: options?.HttpTokens ?? before.HttpTokens,
    HttpPutResponseHopLimit: options?.HttpPutResponseHopLimit ?? before.HttpPutResponseHopLimit,
    HttpEndpoint: options?.HttpEndpoint ?? before.HttpEndpoint,
    HttpProtocolIpv6: options?.HttpProtocolIpv6 ?? before.HttpProtocolIpv6,
    InstanceMetadataTags: options?.InstanceMetadataTags ?? before.InstanceMetadataTags,
  };
}

/** What holds for an instance of the image when nothing is said. */
export function defaultMetadata(image: Image): InstanceMetadataOptionsResponse {
  return {
    HttpTokens: image.imdsV2 ? "required" : "optional",
    HttpPutResponseHopLimit: image.imdsV2 ? 2 : 1,
    HttpEndpoint: "enabled",
    HttpProtocolIpv6: "disabled",
    InstanceMetadataTags: "disabled",
  };
}

/**
 * The spot request of a launch, if it's for the spot market. Sources: `SpotMarketOptions` of the EC2 API reference, "Behavior of Spot Instance
 * interruptions" of the user guide.
 */
export function spotPlan(request: RunInstancesRequest, type: InstanceType, now: number): SpotPlan | undefined {
  const market = request.InstanceMarketOptions;
  checkOneOf(market?.MarketType, ["capacity-block", "spot"], "marketType");
  if (market?.SpotOptions !== undefined && market.MarketType !== "spot")
    throw invalidCombination("The parameter spotOptions requires the market type spot.");
  if (market?.MarketType !== "spot") return undefined;
  const options = market.SpotOptions ?? {};
  if (options.BlockDurationMinutes !== undefined) {
    throw new AwsFault("UnsupportedOperation", "Spot Instances with a defined duration (BlockDurationMinutes) are no longer available.");
  }
  const kind = options.SpotInstanceType ?? "one-time";
  checkOneOf(kind, ["one-time", "persistent"], "spotInstanceType");
  const interruption = checkedInterruption(request, kind);
  const validUntil = options.ValidUntil;
  if (validUntil !== undefined && kind !== "persistent")
    throw invalidCombination("The parameter validUntil is supported only for persistent requests.");
  if (validUntil !== undefined && validUntil.getTime() <= now) throw invalidValue(validUntil.toISOString(), "validUntil", "It has passed.");
  const maxPrice = checkedPrice(options.MaxPrice, type);
  return { type: kind, interruption, maxPrice, ...(validUntil === undefined ? {} : { validUntil }) };
}

function checkedInterruption(request: RunInstancesRequest, kind: string): SpotPlan["interruption"] {
  const asked = request.InstanceMarketOptions?.SpotOptions?.InstanceInterruptionBehavior;
  checkOneOf(asked, ["hibernate", "stop", "terminate"], "instanceInterruptionBehavior");
  const hibernation = request.HibernationOptions?.Configured === true;
  if (hibernation && asked !== undefined && asked !== "hibernate") {
    throw invalidCombination(`The interruption behavior '${asked}' can't be used with hibernation options.`);
  }
  const behavior = asked ?? (hibernation ? "hibernate" : "terminate");
  if (behavior === "terminate" && kind === "persistent") {
    throw invalidCombination(
      "The request with type 'persistent' is not supported when instanceInterruptionBehavior is set to 'terminate'.",
    );
  }
  if (behavior !== "terminate" && kind === "one-time") {
    throw invalidCombination(
      `The request with type 'one-time' is not supported when instanceInterruptionBehavior is set to '${behavior}'.`,
    );
  }
  return behavior;
}

function checkedPrice(price: string | undefined, type: InstanceType): string {
  if (price === undefined || price === "") return "0.500000";
  if (!/^\d+(\.\d+)?$/.test(price) || Number(price) === 0)
    throw new AwsFault("InvalidParameterValue", `Invalid value '${price}' for SpotPrice.`);
  if (Number(price) < Number(type.spotPrice)) {
    throw new AwsFault(
      "SpotMaxPriceTooLow",
      `Your Spot request price of ${price} is lower than the minimum required Spot request fulfillment price of ${type.spotPrice}.`,
    );
  }
  return Number(price).toFixed(6);
}

/** @throws AwsFault `UnsupportedHibernationConfiguration` where type, image or root volume can't hibernate */
export function checkHibernation(image: Image, type: InstanceType, volumes: readonly VolumePlan[]): void {
  const refuse = (why: string) => new AwsFault("UnsupportedHibernationConfiguration", why);
  if (!type.hibernation) throw refuse(`The instance type '${type.name}' does not support hibernation.`);
  if (!image.hibernation) throw refuse(`The image '${image.id}' does not support hibernation.`);
  const root = volumes.find(({ device }) => device === image.rootDevice);
  if (root?.encrypted !== true) throw refuse("The root device is not encrypted. Hibernation needs an encrypted root volume.");
  if (root.size * 1024 < type.memoryMib + image.size * 1024) throw refuse("The root volume is too small for the contents of the memory.");
}
