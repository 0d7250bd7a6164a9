import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** The real CLIs, two at a time: some of them take seconds of a processor to start. Run by npm run test:live. */
const live: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'live',
    include: ['test/live/*.test.ts'],
    globalSetup: ['test/rig/fresh-build.ts'],
    testTimeout: 120_000,
    maxWorkers: 2,
    sequence: { groupOrder: 2 },
  },
};

// Two layers: what runs in memory, and what runs the program that was built. The second has the machine to itself.
export default defineConfig({
  test: {
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/rig/**', 'test/live/**', 'test/examples.test.ts', 'test/package.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'program',
          include: ['test/rig/**/*.test.ts', 'test/examples.test.ts', 'test/package.test.ts'],
          globalSetup: ['test/rig/fresh-build.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      ...(process.env.SUPER_LIVE === '1' ? [live] : []),
    ],
  },
});
