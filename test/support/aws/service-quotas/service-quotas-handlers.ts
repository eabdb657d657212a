import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
  ListServiceQuotasRequest,
  ListServiceQuotasResponse,
  ServiceQuota,
} from "@aws-sdk/client-service-quotas";
import { AwsFault } from "../aws-fault.ts";
import type { Call, Handler } from "../call.ts";
import { ec2Quotas } from "./quotas.ts";

/** Service Quotas, of EC2 alone. `raised` are the account's own values, by the quotas' codes. */
export function serviceQuotasHandlers(raised: Readonly<Record<string, number>>): Readonly<Record<string, Handler>> {
  const quotaOf = (code: string, { region, account }: Call, values: Readonly<Record<string, number>>): ServiceQuota => {
    const quota = Object.hasOwn(ec2Quotas, code) ? ec2Quotas[code] : undefined;
    if (quota === undefined) throw noSuchQuota();
    return {
      ServiceCode: "ec2",
      ServiceName: "Amazon Elastic Compute Cloud (Amazon EC2)",
      QuotaArn: `arn:aws:servicequotas:${region}:${account}:ec2/${code}`,
      QuotaCode: code,
      QuotaName: quota.name,
      Value: values[code] ?? quota.value,
      Unit: "None",
      Adjustable: true,
      GlobalQuota: false,
    };
  };
  return {
    GetAWSDefaultServiceQuota: (
      { ServiceCode, QuotaCode = "" }: GetAWSDefaultServiceQuotaRequest,
      call: Call,
    ): GetAWSDefaultServiceQuotaResponse => {
      mustBeEc2(ServiceCode);
      return { Quota: quotaOf(QuotaCode, call, {}) };
    },
    GetServiceQuota: ({ ServiceCode, QuotaCode = "" }: GetServiceQuotaRequest, call: Call): GetServiceQuotaResponse => {
      mustBeEc2(ServiceCode);
      return { Quota: quotaOf(QuotaCode, call, raised) };
    },
    ListServiceQuotas: (
      { ServiceCode, MaxResults = 100, NextToken = "0" }: ListServiceQuotasRequest,
      call: Call,
    ): ListServiceQuotasResponse => {
      mustBeEc2(ServiceCode);
      if (MaxResults < 1 || MaxResults > 100 || !/^\d+$/.test(NextToken)) {
        throw new AwsFault("IllegalArgumentException", "MaxResults or NextToken is not valid.");
      }
      const end = Number(NextToken) + MaxResults;
      const codes = Object.keys(ec2Quotas).toSorted();
      return {
        Quotas: codes.slice(Number(NextToken), end).map((code) => quotaOf(code, call, raised)),
        NextToken: end < codes.length ? String(end) : undefined,
      };
    },
  };
}

function mustBeEc2(serviceCode: string | undefined): void {
  if (serviceCode !== "ec2") throw noSuchQuota();
}

function noSuchQuota(): AwsFault {
  return new AwsFault("NoSuchResourceException", "The request failed because the specified service does not exist.");
}
