import { createRequire } from "node:module";
import type { ServiceName } from "../call.ts";

/** The kinds of shapes that the services' models have. */
export type ShapeType =
  | "blob"
  | "boolean"
  | "double"
  | "float"
  | "integer"
  | "list"
  | "long"
  | "map"
  | "string"
  | "structure"
  | "timestamp";

/** A place in the model where a value may be: the shape that it has, and the name it goes by on the wire. */
export interface Place {
  /** The shape's id, if it isn't written out in place. */
  readonly shape?: string;
  /** Default: `string`. */
  readonly type?: ShapeType;
  readonly locationName?: string;
  /** The name in requests of the EC2 protocol, where it differs. */
  readonly queryName?: string;
  /** Of an output in the query protocol: the element around it. */
  readonly resultWrapper?: string;
  readonly members?: Readonly<Record<string, Place>>;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly member?: Place;
  /** Of a map. */
  readonly key?: Place;
  readonly value?: Place;
}

/** An action in the model. */
export interface Operation {
  readonly input?: Place;
  readonly output?: Place;
}

interface ModelFile {
  readonly metadata: {
    readonly apiVersion: string;
    readonly protocol: "ec2" | "json" | "query";
    readonly xmlNamespace?: string;
    readonly targetPrefix?: string;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Place>>;
}

const FILES: Readonly<Record<ServiceName, string>> = {
  ec2: "ec2-2016-11-15",
  servicequotas: "service-quotas-2019-06-24",
  ssm: "ssm-2014-11-06",
  sts: "sts-2011-06-15",
};

/** Which places in EC2's model have which enums, which npm's `aws-sdk` leaves out. scripts/write-ec2-enums.ts writes it. */
interface EnumsFile {
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Enums' names by paths from a shape, or from an action: `RunInstances.input.MetadataOptions.HttpTokens`, `S3[].ResourceType`. */
  readonly places: Readonly<Record<string, string>>;
}

/** What AWS publishes about a service: its actions, and the structures that they take and give. */
export class ServiceModel {
  readonly service: ServiceName;
  readonly #file: ModelFile;
  readonly #enums = new Map<Place, readonly string[]>();

  private constructor(service: ServiceName, file: ModelFile) {
    this.service = service;
    this.#file = file;
  }

  /** Reads the model that npm's `aws-sdk` carries. Node keeps it, so that it's read once a process. */
  static load(service: ServiceName): ServiceModel {
    const require = createRequire(import.meta.url);
    const model = new ServiceModel(service, require(`aws-sdk/apis/${FILES[service]}.min.json`));
    if (service === "ec2") model.#addEnums(require("./fixtures/ec2-enums.json"));
    return model;
  }

  get metadata(): ModelFile["metadata"] {
    return this.#file.metadata;
  }

  operation(action: string): Operation | undefined {
    return Object.hasOwn(this.#file.operations, action) ? this.#file.operations[action] : undefined;
  }

  /** The shape of what may be at a place. */
  shapeAt(place: Place): Place {
    if (place.shape === undefined) return place;
    const shape = this.#file.shapes[place.shape];
    if (shape === undefined) throw new Error(`The model of ${this.service} has no shape ${place.shape}.`);
    return shape;
  }

  /** The values that a string at a place may have; `undefined`: any. Enums that AWS adds to all the time are left open. */
  valuesAt(place: Place): readonly string[] | undefined {
    return this.#enums.get(place);
  }

  #addEnums({ enums, places }: EnumsFile): void {
    for (const [path, name] of Object.entries(places)) this.#enums.set(this.#placeAt(path), enums[name] ?? []);
  }

  #placeAt(path: string): Place {
    const [first = "", ...rest] = path.replaceAll("[]", ".[]").split(".");
    const operation = this.operation(first);
    const start = operation === undefined ? { shape: first } : rest.shift() === "input" ? operation.input : operation.output;
    return rest.reduce<Place>((place, part) => {
      const shape = this.shapeAt(place);
      const next = part === "[]" ? shape.member : shape.members?.[part];
      if (next === undefined) throw new Error(`The model of ${this.service} has no place ${path}: run scripts/write-ec2-enums.ts.`);
      return next;
    }, start ?? {});
  }
}
