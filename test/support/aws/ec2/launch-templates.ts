import type {
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateCommandOutput,
  DeleteLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommandOutput,
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput,
  LaunchTemplateSpecification,
  RequestLaunchTemplateData,
  RunInstancesRequest,
  LaunchTemplate as ShownTemplate,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Call } from "../call.ts";
import type { Actions } from "./actions.ts";
import { invalidCombination, required, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { newId } from "./kinds.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { LaunchTemplate } from "./resources.ts";
import { checkedTags, tagsFor, tagsOf } from "./tags.ts";

/** What a request asks for together with its launch template: what it says itself comes first; tags of other kinds add up. */
export function mergedTemplate(
  region: Region,
  specification: LaunchTemplateSpecification,
  asked: RunInstancesRequest,
): RunInstancesRequest {
  const data = templateData(region, specification);
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as RunInstancesRequest;
  const kinds = new Set(given.TagSpecifications?.map(({ ResourceType }) => ResourceType));
  const tags = [
    ...(given.TagSpecifications ?? []),
    ...(data.TagSpecifications ?? []).filter(({ ResourceType }) => !kinds.has(ResourceType)),
  ];
  return { ...(data as RunInstancesRequest), ...given, ...(tags.length > 0 ? { TagSpecifications: tags } : {}) };
}

/** The contents of the version that is named: a number, `$Default` or `$Latest`. */
export function templateData(
  region: Region,
  specification: Pick<LaunchTemplateSpecification, "LaunchTemplateId" | "LaunchTemplateName" | "Version">,
): RequestLaunchTemplateData {
  const template = usedTemplate(region, specification.LaunchTemplateId, specification.LaunchTemplateName);
  const version = specification.Version ?? "$Default";
  const number = version === "$Default" ? template.defaultVersion : version === "$Latest" ? template.versions.length : Number(version);
  const data = template.versions[number - 1];
  if (data === undefined) {
    throw new AwsFault(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    );
  }
  return data;
}

function usedTemplate(region: Region, id: string | undefined, name: string | undefined): LaunchTemplate {
  if (id !== undefined && name !== undefined)
    throw invalidCombination("You must specify either the launch template ID or its name, but not both.");
  if (id !== undefined) return region.launchTemplates.usedOne(id);
  const named = required(name, "LaunchTemplateId or LaunchTemplateName");
  const template = region.launchTemplates.all().find((candidate) => candidate.name === named);
  if (template === undefined || template.hidden.writes > 0) {
    if (template !== undefined) template.hidden.writes -= 1;
    throw nameUnknown();
  }
  return template;
}

function nameUnknown(): AwsFault {
  return new AwsFault(
    "InvalidLaunchTemplateName.NotFoundException",
    "At least one of the launch templates specified in the request does not exist.",
  );
}

function createTemplate(region: Region, input: CreateLaunchTemplateCommandInput, call: Call): Partial<CreateLaunchTemplateCommandOutput> {
  const earlier = region.launchTemplates.at(region.tokens.earlier("CreateLaunchTemplate", input));
  if (earlier !== undefined) return { LaunchTemplate: shown(earlier) };
  const name = required(input.LaunchTemplateName, "LaunchTemplateName");
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
    throw new AwsFault("InvalidLaunchTemplateName.MalformedException", `The launch template name '${name}' is not valid.`);
  const data = required(input.LaunchTemplateData, "LaunchTemplateData");
  if (Object.keys(data).length === 0) throw new AwsFault("InvalidRequest", "The launch template data is empty.");
  const tags = tagsFor(checkedTags(input.TagSpecifications, ["launch-template"]), "launch-template");
  if (region.launchTemplates.all().some((template) => template.name === name)) {
    throw new AwsFault("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
  }
  stopAtDryRun(input);
  const template = region.launchTemplates.add({
    id: newId("launch-template"),
    tags,
    hidden: region.account.hiddenAtFirst("launch-template"),
    name,
    created: new Date(region.account.now()),
    createdBy: call.identity.arn ?? `arn:aws:iam::${call.account}:user/tester`,
    versions: [data],
    defaultVersion: 1,
  });
  region.tokens.remember("CreateLaunchTemplate", input, template.id);
  return { LaunchTemplate: shown(template) };
}

function deleteTemplate(region: Region, input: DeleteLaunchTemplateCommandInput): Partial<DeleteLaunchTemplateCommandOutput> {
  const template = usedTemplate(region, input.LaunchTemplateId, input.LaunchTemplateName);
  stopAtDryRun(input);
  region.launchTemplates.delete(template.id);
  return { LaunchTemplate: shown(template) };
}

function describeTemplates(region: Region, input: DescribeLaunchTemplatesCommandInput): Partial<DescribeLaunchTemplatesCommandOutput> {
  const byName = (input.LaunchTemplateNames ?? []).map((name) => {
    const template = region.launchTemplates.all().find((candidate) => candidate.name === name);
    if (template === undefined) throw nameUnknown();
    return template.id;
  });
  const templates = region.launchTemplates.found([...(input.LaunchTemplateIds ?? []), ...byName]);
  stopAtDryRun(input);
  const matching = filtered(templates, input.Filters, { "launch-template-name": ({ name }) => name });
  const { items, next } = page(region, matching, input, 1);
  return { LaunchTemplates: items.map(shown), ...next };
}

function shown(template: LaunchTemplate): ShownTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: template.created,
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.versions.length,
    ...(template.tags.size > 0 ? { Tags: tagsOf(template) } : {}),
  };
}

export const launchTemplateActions = {
  CreateLaunchTemplate: createTemplate,
  DeleteLaunchTemplate: deleteTemplate,
  DescribeLaunchTemplates: describeTemplates,
} satisfies Actions;
