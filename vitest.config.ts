import { configDefaults, defineConfig } from "vitest/config";

const TESTS = ["test", "packages/*/test", "examples/*/test"];
const SLOW_TESTS = [...TESTS.map((folder) => `${folder}/**/*.integration.test.{ts,js}`), "test/end-to-end/**/*.test.ts"];

/** Fast tests are `unit`. What needs root, daemons, network namespaces or registries is `integration`, and has time to wait for them. */
export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: "unit",
          include: TESTS.map((folder) => `${folder}/**/*.test.{ts,js}`),
          exclude: [...configDefaults.exclude, ...SLOW_TESTS],
          testTimeout: 20_000,
          maxWorkers: "100%",
          // A process for each file would take as long again as the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: SLOW_TESTS,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
