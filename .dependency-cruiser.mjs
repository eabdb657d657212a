// Which way imports run. Each name of a rule says what holds; test/dependency-rules.test.ts shows that each rule fails when it is broken.

const GROUND = ["files", "process", "errors.ts", "nearest.ts", "settings.ts"];
const OUTSIDE_CONCERNS = ["store", "ssh", "certificates", "engine", ...GROUND];

/** What each part of src/ may import of src/, besides itself. The SDK and npm packages are open to all, but for the rules below. */
const LAYERS = {
  "command-line": ["context.ts", "machines", "terminal", "errors.ts"],
  machines: ["drivers", "provision", "hooks.ts", ...OUTSIDE_CONCERNS],
  plugins: ["oclif", "machines", "hooks.ts", "directories.ts", "errors.ts"],
  drivers: OUTSIDE_CONCERNS,
  provision: OUTSIDE_CONCERNS,
  terminal: ["machines", "drivers", "template", "errors.ts"],
  template: ["errors.ts"],
  store: GROUND,
  ssh: GROUND,
  certificates: GROUND,
  engine: GROUND,
  files: ["errors.ts"],
  process: ["errors.ts"],
  "settings.ts": ["files", "errors.ts"],
  "errors.ts": [],
  "hooks.ts": [],
  "nearest.ts": [],
};

/** The shape of config.json is known to whoever is handed a part of it. */
const CONFIG_FILE_TYPES = "^src/store/machine-config[.]ts$";

const layerRules = Object.entries(LAYERS).map(([layer, lower]) => ({
  name: `${layer.replace(".ts", "")}-imports-only-what-is-below-it`,
  severity: "error",
  from: { path: pathOf(layer) },
  to: { path: "^(src|bin|packages/[^/]+/src)/", pathNot: [...[layer, ...lower].map(pathOf), CONFIG_FILE_TYPES] },
}));

/** Which files of src/ may import an npm package. */
const OWNERS = {
  "npm-registry-fetch": "^src/drivers/npm/(npm-registry|registry-agent)[.]ts$",
  "@npmcli/agent": "^src/drivers/(npm/registry-agent|git-hosts/http-connection)[.]ts$",
  "@npmcli/arborist": "^src/drivers/npm/arborist-tree[.]ts$",
  "@npmcli/config": "^src/drivers/npm/(npm-settings[.]ts|npm-libraries[.]d[.]ts)$",
  "@sigstore": "^src/drivers/signatures/",
  ssh2: "^src/ssh/",
  "node-forge": "^src/certificates/",
  "log-update": "^src/terminal/live-progress[.]ts$",
  "@oclif/core": "^src/oclif/",
};

/** Files of src/ that import npm's libraries, and are themselves imported when needed. */
const NPM_PARTS =
  "^src/drivers/(npm/(npm-(settings|registry)|registry-agent|(plain|arborist)-tree)|git-hosts/http-connection|signatures/(?!published-facts)[^/]+)[.]ts$";

const ownerRules = Object.entries(OWNERS).map(([library, owner]) => ({
  name: `${library.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}-has-one-place`,
  severity: "error",
  from: { path: "^src/", pathNot: owner },
  to: { path: `node_modules/(@types/)?${library}/` },
}));

export default {
  forbidden: [
    ...layerRules,
    {
      name: "machine-config-is-only-types-elsewhere",
      severity: "error",
      from: { path: "^src/(ssh|certificates|engine|files|process|terminal|errors|settings)" },
      to: { path: CONFIG_FILE_TYPES, dependencyTypesNot: ["type-only", "type-import"] },
    },
    {
      name: "only-commands-and-the-composition-use-the-terminal",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: "^src/(command-line|commands|help|terminal)/" },
      to: { path: "^src/terminal/" },
    },
    {
      name: "only-commands-and-the-terminal-use-templates",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(commands|terminal|template)/" },
      to: { path: "^src/template/" },
    },
    {
      name: "templates-need-nothing",
      comment: "The folder is an implementation of Go's text/template: it knows no machines, no files and no library.",
      severity: "error",
      from: { path: "^src/template/" },
      to: { pathNot: "^src/(template/|errors[.]ts$)" },
    },
    {
      name: "templates-are-read-when-needed",
      comment: "await import(): only --format waits for them.",
      severity: "error",
      from: {
        path: "^src/(commands|terminal)/",
        pathNot: "^src/terminal/(machine-row-value|machine-list-template|inspect-template)[.]ts$",
      },
      to: {
        path: "^src/(template/|terminal/(machine-row-value|machine-list-template|inspect-template)[.]ts$)",
        dynamic: false,
        dependencyTypesNot: ["type-only", "type-import"],
      },
    },
    {
      name: "only-the-table-imports-commands",
      severity: "error",
      from: { pathNot: "^src/command(s/|-table[.]ts$)" },
      to: { path: "^src/commands/" },
    },
    ...ownerRules,
    {
      name: "oclif-is-loaded-when-needed",
      comment: "It takes as long to load as Node to start, and only plugins need it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/oclif/" },
      to: { path: "^src/oclif/", dynamic: false, dependencyTypesNot: ["type-only", "type-import"] },
    },
    {
      name: "heavy-libraries-are-imported-when-needed",
      comment: "await import(): the time they take to load is seen in every command otherwise.",
      severity: "error",
      from: { path: "^src/", pathNot: NPM_PARTS },
      to: {
        path: `node_modules/(npm-registry-fetch|@npmcli/agent|@npmcli/arborist|@npmcli/config|ssh2|node-forge|@sigstore/[^/]+)/|${NPM_PARTS}`,
        dynamic: false,
        dependencyTypesNot: ["type-only", "type-import"],
      },
    },
    {
      name: "the-core-takes-packages-by-their-name",
      severity: "error",
      from: { path: "^(src|bin)/" },
      to: { path: "^(packages|examples)/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased-workspace"] },
    },
    {
      name: "the-sdk-needs-nothing",
      severity: "error",
      from: { path: "^packages/driver-sdk/src/" },
      to: { pathNot: "^packages/driver-sdk/src/", dependencyTypesNot: ["core"] },
    },
    {
      name: "a-driver-imports-the-sdk-and-its-vendors-library",
      severity: "error",
      from: { path: "^packages/(driver-(?!sdk)[^/]+)/src/" },
      to: { path: "^(src|bin|test|examples|packages)/", pathNot: "^packages/($1|driver-sdk|cloud-image)/" },
    },
    {
      name: "a-drivers-tests-import-what-stands-for-the-outside",
      severity: "error",
      from: { path: "^packages/(driver-(?!sdk)[^/]+)/test/" },
      to: { path: "^(src|bin|test|examples|packages)/", pathNot: "^(packages/($1|driver-sdk|cloud-image)|test/support)/" },
    },
    {
      name: "an-example-imports-the-sdk-only",
      severity: "error",
      from: { path: "^examples/([^/]+)/(src|test)/" },
      to: { path: "^(src|bin|test|examples|packages)/", pathNot: "^(examples/$1|packages/driver-sdk)/" },
    },
    {
      name: "a-driver-takes-the-sdk-by-its-name",
      severity: "error",
      from: { path: "^(packages/(?!driver-sdk/)|examples/)" },
      to: { path: "^packages/driver-sdk/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased-workspace"] },
    },
    {
      name: "no-cycles",
      comment: "What is imported when it is needed finds the rest loaded: help shows the table of commands, which has help.",
      severity: "error",
      // What stands for a cloud in tests has things that know each other, as the cloud has.
      from: { pathNot: "^test/support/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^(src|packages/[^/]+/src|examples/[^/]+/src)/", pathNot: "[.]d[.]ts$" },
      to: {},
    },
    {
      name: "imports-resolve",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "imports-are-in-package-json",
      severity: "error",
      from: { path: "^(src|bin|packages/[^/]+/src|examples/[^/]+/src)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "what-is-not-bundled-is-a-dependency",
      comment: "The CLI bundles its development dependencies; scripts/bundle.ts refuses to leave one outside.",
      severity: "error",
      from: { path: "^(packages/[^/]+/src|examples/[^/]+/src)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)(node_modules|dist)/" },
    exclude: { path: "(^|/)fixtures/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
    combinedDependencies: false,
  },
};

function pathOf(part) {
  return part.endsWith(".ts") ? `^src/${part.replace(".", "[.]")}$` : `^src/${part}/`;
}
