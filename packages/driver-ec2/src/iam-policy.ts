import { EC2_ACTIONS, type Ec2Action, QUOTAS_ACTIONS, SSM_ACTIONS, STS_ACTIONS } from "./aws/actions.js";
import { TAG_KEYS } from "./tags.js";

/** One statement of an IAM policy, in IAM's own words. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** The tag that everything has that we make: groups belong to no single machine, but to a store. */
const OUR_TAG = TAG_KEYS.storeId;
const IS_TAGGED_WITH_IT = { Null: { [`aws:RequestTag/${OUR_TAG}`]: "false" } };
const HAS_THE_TAG = { Null: { [`ec2:ResourceTag/${OUR_TAG}`]: "false" } };

/** What makes something, and tags it in the same call. */
const MAKING: readonly Ec2Action[] = ["CreateFleet", "CreateLaunchTemplate", "CreateSecurityGroup", "ImportKeyPair", "RunInstances"];

/**
 * The least that a user or role must be allowed to do for this driver: every action that it may call, and nothing else.
 *
 * Where AWS supports it, a statement holds only for what bears our tag, or is given it. AWS doesn't for what only looks (`Describe…`), and it can't for
 * what a launch merely uses: images, subnets, somebody's own key pair or group. Source: "Actions, resources, and condition keys" of each service, in
 * AWS's Service Authorization Reference.
 */
export function iamPolicy(): PolicyDocument {
  return { Version: "2012-10-17", Statement: [...lookingStatements(), ...makingStatements(), ...changingStatements()] };
}

/**
 * The statements of {@link iamPolicy} that an action needs, whole, to be pasted.
 *
 * @param permission as IAM writes it: `ec2:RunInstances`
 */
export function statementsFor(permission: string): readonly PolicyStatement[] {
  return iamPolicy().Statement.filter(({ Action }) => Action.includes(permission));
}

function lookingStatements(): readonly PolicyStatement[] {
  const describing = EC2_ACTIONS.filter((action) => action.startsWith("Describe"));
  return [
    {
      Sid: "Look",
      Effect: "Allow",
      Action: [...permissions("ec2", describing), ...permissions("servicequotas", QUOTAS_ACTIONS), ...permissions("sts", STS_ACTIONS)],
      Resource: "*",
    },
    {
      Sid: "FindImages",
      Effect: "Allow",
      Action: permissions("ssm", SSM_ACTIONS),
      Resource: "arn:aws:ssm:*::parameter/aws/service/*",
    },
  ];
}

function makingStatements(): readonly PolicyStatement[] {
  return [
    {
      Sid: "MakeTagged",
      Effect: "Allow",
      Action: ec2(MAKING),
      Resource: resources(
        "fleet",
        "instance",
        "key-pair",
        "launch-template",
        "network-interface",
        "security-group",
        "spot-instances-request",
        "volume",
      ),
      Condition: IS_TAGGED_WITH_IT,
    },
    {
      Sid: "LaunchWithWhatIsThere",
      Effect: "Allow",
      Action: ec2(["CreateFleet", "RunInstances"]),
      Resource: [
        "arn:aws:ec2:*::image/*",
        "arn:aws:ec2:*::snapshot/*",
        ...resources("key-pair", "launch-template", "placement-group", "security-group", "subnet"),
      ],
    },
    { Sid: "MakeGroupsInVpcs", Effect: "Allow", Action: ec2(["CreateSecurityGroup"]), Resource: resources("vpc") },
    {
      Sid: "TagWhatIsMade",
      Effect: "Allow",
      Action: ec2(["CreateTags"]),
      Resource: "arn:aws:ec2:*:*:*/*",
      Condition: { StringEquals: { "ec2:CreateAction": MAKING } },
    },
  ];
}

function changingStatements(): readonly PolicyStatement[] {
  const looking = (action: Ec2Action) => action.startsWith("Describe");
  const changing = EC2_ACTIONS.filter((action) => !looking(action) && !MAKING.includes(action) && action !== "CreateTags");
  return [
    {
      Sid: "ChangeWhatIsTagged",
      Effect: "Allow",
      Action: ec2(changing),
      Resource: resources("fleet", "instance", "key-pair", "launch-template", "security-group", "spot-instances-request", "volume"),
      Condition: HAS_THE_TAG,
    },
  ];
}

function ec2(actions: readonly Ec2Action[]): readonly string[] {
  return permissions("ec2", actions);
}

function permissions(service: string, actions: readonly string[]): readonly string[] {
  return actions.map((action) => `${service}:${action}`);
}

function resources(...types: readonly string[]): readonly string[] {
  return types.map((type) => `arn:aws:ec2:*:*:${type}/*`);
}
