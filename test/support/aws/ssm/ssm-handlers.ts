import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
} from "@aws-sdk/client-ssm";
import { AwsFault } from "../aws-fault.ts";
import type { Call, Handler } from "../call.ts";

/** The values of a region's parameters by their names. */
export type Parameters = (region: string) => Readonly<Record<string, string>>;

// "MaxResults: Valid Range: Minimum value of 1. Maximum value of 10."
const LONGEST_PAGE = 10;

/** SSM's Parameter Store, to read. */
export function ssmHandlers(parameters: Parameters): Readonly<Record<string, Handler>> {
  const find = (name: string, region: string): Parameter | undefined => {
    const values = parameters(region);
    return Object.hasOwn(values, name) ? parameter(name, values[name] ?? "", region) : undefined;
  };
  return {
    GetParameter: ({ Name = "" }: GetParameterRequest, { region }: Call): GetParameterResult => {
      const found = find(Name, region);
      // AWS says no more than the code.
      if (found === undefined) throw new AwsFault("ParameterNotFound", "");
      return { Parameter: found };
    },
    GetParameters: ({ Names = [] }: GetParametersRequest, { region }: Call): GetParametersResult => {
      if (Names.length === 0 || Names.length > LONGEST_PAGE) throw tooMany("names", Names.length);
      return {
        Parameters: Names.flatMap((name) => find(name, region) ?? []),
        InvalidParameters: Names.filter((name) => find(name, region) === undefined),
      };
    },
    GetParametersByPath: (input: GetParametersByPathRequest, { region }: Call): GetParametersByPathResult => {
      const { Path = "", Recursive = false, MaxResults = LONGEST_PAGE, NextToken = "0" } = input;
      if (MaxResults < 1 || MaxResults > LONGEST_PAGE) throw tooMany("maxResults", MaxResults);
      if (!/^\d+$/.test(NextToken)) throw new AwsFault("InvalidNextToken", "The specified token is not valid.");
      const prefix = Path.endsWith("/") ? Path : `${Path}/`;
      const names = Object.keys(parameters(region))
        .filter((name) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes("/")))
        .toSorted();
      const end = Number(NextToken) + MaxResults;
      return {
        Parameters: names.slice(Number(NextToken), end).flatMap((name) => find(name, region) ?? []),
        NextToken: end < names.length ? String(end) : undefined,
      };
    },
  };
}

function parameter(name: string, value: string, region: string): Parameter {
  // Public parameters belong to AWS: no account in their names.
  return {
    Name: name,
    Type: "String",
    Value: value,
    Version: 1,
    LastModifiedDate: new Date("2026-01-01T00:00:00Z"),
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: "text",
  };
}

function tooMany(member: string, count: number): AwsFault {
  return new AwsFault(
    "ValidationException",
    `1 validation error detected: Value '${count}' at '${member}' failed to satisfy constraint: Member must be between 1 and ${LONGEST_PAGE}`,
  );
}
