import { defineConfig } from 'vitest/config';

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
          exclude: ['test/rig/**', 'test/examples.test.ts', 'test/package.test.ts'],
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
    ],
  },
});
