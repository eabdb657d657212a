import assert from "node:assert/strict";
import type { DriverDefinition } from "../definition.js";
import type { DriverState } from "../machine.js";
import { type OptionSpec, type OptionSpecs, type OptionValue, resolveOptions } from "../options.js";
import type { ConformanceFixture, ConformanceTest } from "./fixture.js";
import { Scene } from "./scene.js";

/** Flags whose value must not be shown. A file's path, a name or an id of a secret is none. */
const SECRET_FLAG = /(?:^|-)(?:token|password|passphrase|secret|api-key)(?:-|$)(?!.*(?:file|path|name|id)$)/;

/** What every set of options must do. */
export function optionTests<O extends OptionSpecs, S extends DriverState>(
  definition: DriverDefinition<O, S>,
  fixture: ConformanceFixture,
): readonly ConformanceTest[] {
  const specs = Object.entries<OptionSpec>(definition.options);
  return [
    {
      name: "options survive the way from flags through JSON and back",
      run: () => Scene.with(definition, fixture, checkRoundTrip),
    },
    {
      name: "options can be given by their environment variables",
      run: async () => {
        for (const [property, spec] of specs) checkEnvironment(property, spec);
      },
    },
    {
      name: "defaults of options are values the user could have typed",
      run: async () => {
        for (const [property, spec] of specs) checkDefault(property, spec);
      },
    },
    {
      name: "options that hold secrets are marked as secret",
      run: async () => {
        const unmarked = specs
          .filter(([, spec]) => SECRET_FLAG.test(spec.flag) && mayHoldSecret(spec) && spec.secret !== true)
          .map(([, spec]) => `--${spec.flag}`);
        assert.deepEqual(unmarked, [], `mark these options with "secret: true": ${unmarked.join(", ")}`);
      },
    },
  ];
}

async function checkRoundTrip<O extends OptionSpecs, S extends DriverState>({ definition, world, options }: Scene<O, S>): Promise<void> {
  definition.checkOptions?.(options);
  const flags = new Set(Object.values<OptionSpec>(definition.options).map((spec) => spec.flag));
  const unknown = Object.keys(world.flags).filter((flag) => !flags.has(flag));
  assert.deepEqual(unknown, [], `the world gives flags that the driver doesn't have: ${unknown.join(", ")}`);
  const reread = resolveOptions(definition.options, { saved: JSON.parse(JSON.stringify(options)) });
  assert.deepEqual(reread, options);
  definition.checkOptions?.(reread);
}

/** A number, a switch and one of a few known values tell nothing. */
function mayHoldSecret(spec: OptionSpec): boolean {
  return spec.type === "string-list" || (spec.type === "string" && spec.choices === undefined);
}

function checkEnvironment(property: string, spec: OptionSpec): void {
  if (spec.env === undefined) return;
  assert.match(spec.env, /^[A-Z][A-Z0-9_]*$/, `the environment variable of the option "${property}"`);
  const { text, value } = sampleOf(spec);
  const specs = { [property]: spec };
  assert.deepEqual(resolveOptions(specs, { env: { [spec.env]: text } })[property], value, `the option "${property}" from $${spec.env}`);
}

function sampleOf(spec: OptionSpec): { readonly text: string; readonly value: OptionValue } {
  switch (spec.type) {
    case "string": {
      const text = spec.choices?.[0] ?? "sample";
      return { text, value: text };
    }
    case "string-list":
      return { text: "one,two", value: ["one", "two"] };
    case "integer": {
      const value = spec.default ?? spec.minimum ?? spec.maximum ?? 1;
      return { text: String(value), value };
    }
    case "boolean":
      return { text: "true", value: true };
  }
}

function checkDefault(property: string, spec: OptionSpec): void {
  const typed = spec.type === "boolean" ? undefined : spec.default;
  if (typed === undefined) return;
  const flags = { [spec.flag]: typeof typed === "number" ? String(typed) : typed };
  assert.deepEqual(resolveOptions({ [property]: spec }, { flags })[property], typed, `the default of the option "${property}"`);
}
