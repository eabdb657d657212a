import type { Place, ServiceModel } from "../model/service-model.ts";
import { writeText } from "./text-value.ts";

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** A document with one element at its top. `attributes` must be XML already. */
export function xmlDocument(name: string, attributes: string, content: string): string {
  return `${DECLARATION}\n<${name}${attributes}>${content}</${name}>`;
}

/** An element; its content must be XML already. */
export function element(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

/** Text as an element's content. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The members of a structure as elements, by the model's names for the wire. The structure must be valid. */
export function xmlMembers(model: ServiceModel, place: Place, structure: object): string {
  const members = model.shapeAt(place).members ?? {};
  return Object.entries(structure)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const member = members[name] ?? {};
      return element(member.locationName ?? name, xmlContent(model, member, value));
    })
    .join("");
}

function xmlContent(model: ServiceModel, place: Place, value: unknown): string {
  const shape = model.shapeAt(place);
  switch (shape.type ?? "string") {
    case "structure":
      return xmlMembers(model, shape, value as object);
    case "list":
      return (value as readonly unknown[])
        .map((item) => element(shape.member?.locationName ?? "member", xmlContent(model, shape.member ?? {}, item)))
        .join("");
    case "map":
      return Object.entries(value as object)
        .map(([key, item]) => element("entry", element("key", escaped(key)) + element("value", xmlContent(model, shape.value ?? {}, item))))
        .join("");
    default:
      return escaped(writeText(value));
  }
}
