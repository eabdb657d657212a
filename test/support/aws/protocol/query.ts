import { AwsFault } from "../aws-fault.ts";
import type { Place, ServiceModel } from "../model/service-model.ts";
import { type FormNaming, FormReader } from "./form.ts";
import type { Protocol, WireRequest } from "./protocol.ts";
import { element, escaped, xmlDocument, xmlMembers } from "./xml.ts";

const XML = { "content-type": "text/xml;charset=UTF-8" };

/** EC2's protocol: lists are written flat, names begin with a capital letter, answers have no wrapper. Smithy: `aws.protocols#ec2Query`. */
export function ec2Query(model: ServiceModel): Protocol {
  return {
    ...formRequests(model, {
      member: (name, { queryName, locationName = name }) => queryName ?? locationName.charAt(0).toUpperCase() + locationName.slice(1),
      item: () => undefined,
    }),
    faultOf({ kind, path, text }) {
      const name = path.replaceAll(/\[\d+\]/g, "");
      if (kind === "unknown") return new AwsFault("UnknownParameter", `The parameter ${name} is not recognized`);
      if (kind === "missing") return new AwsFault("MissingParameter", `The request must contain the parameter ${name}`);
      return new AwsFault("InvalidParameterValue", `Invalid value for parameter ${name}: it ${text}`);
    },
    write(action, { output }, structure, requestId) {
      const content = output === undefined ? element("return", "true") : xmlMembers(model, output, structure ?? {});
      // The published namespace ends with a slash; the model's doesn't.
      const namespace = ` xmlns="${model.metadata.xmlNamespace}/"`;
      return { status: 200, headers: XML, body: xmlDocument(`${action}Response`, namespace, element("requestId", requestId) + content) };
    },
    writeFault({ code, message, status }, requestId) {
      const error = element("Error", element("Code", escaped(code)) + element("Message", escaped(message)));
      return { status, headers: XML, body: xmlDocument("Response", "", element("Errors", error) + element("RequestID", requestId)) };
    },
  };
}

/** STS's protocol. Smithy: `aws.protocols#awsQuery`. */
export function awsQuery(model: ServiceModel): Protocol {
  const namespace = ` xmlns="${model.metadata.xmlNamespace}"`;
  const metadata = (requestId: string) => element("ResponseMetadata", element("RequestId", requestId));
  return {
    ...formRequests(model, {
      member: (name, { locationName }) => locationName ?? name,
      item: ({ locationName }) => locationName ?? "member",
    }),
    faultOf: ({ path, text }) => new AwsFault("ValidationError", `1 validation error detected: ${path} ${text}`),
    write(action, { output = {} }, structure, requestId) {
      const result = element(output.resultWrapper ?? `${action}Result`, xmlMembers(model, output, structure ?? {}));
      return { status: 200, headers: XML, body: xmlDocument(`${action}Response`, namespace, result + metadata(requestId)) };
    },
    writeFault({ code, message, status }, requestId) {
      const type = element("Type", status < 500 ? "Sender" : "Receiver");
      const error = element("Error", type + element("Code", escaped(code)) + element("Message", escaped(message)));
      return { status, headers: XML, body: xmlDocument("ErrorResponse", namespace, error + element("RequestId", requestId)) };
    },
  };
}

function formRequests(model: ServiceModel, naming: FormNaming): Pick<Protocol, "actionOf" | "read"> {
  const noInput: Place = { type: "structure", members: {} };
  return {
    actionOf(request) {
      const form = formOf(request);
      const version = form.get("Version");
      if (version !== model.metadata.apiVersion) throw new AwsFault("NoSuchVersion", `The requested version (${version}) is not valid.`);
      return form.get("Action") ?? "";
    },
    read({ input = noInput }, request) {
      const reader = new FormReader(model, naming);
      const structure = reader.read(input, formOf(request), ["Action", "Version"]);
      return { input: structure, problems: reader.problems };
    },
  };
}

function formOf({ method, url, headers, body }: WireRequest): URLSearchParams {
  const [type] = (headers["content-type"] ?? "").split(";");
  if (method !== "POST" || url !== "/" || type !== "application/x-www-form-urlencoded") {
    throw new AwsFault("InvalidRequest", `This stand-in takes forms posted to /, not ${method} ${url} with ${type}.`);
  }
  return new URLSearchParams(body.toString("utf8"));
}
