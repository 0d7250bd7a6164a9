// Builds dist/: the executable, the bundled program in chunks that load when they are needed, and the types of the API.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

await build({
  entryPoints: { super: 'src/bin.ts', api: 'src/api.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  chunkNames: 'chunk-[hash]',
  // yaml gives Node its CommonJS build, which cannot be bundled into ES modules; its other one is the same code.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
});
chmodSync('dist/super.js', 0o755);

// The API's types are emitted from the sources that it is made of.
writeFileSync(
  'dist/tsconfig.types.json',
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: '..', outDir: 'types' },
    include: [],
    files: ['../src/api.ts'],
  }),
);
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'dist/tsconfig.types.json'], {
  stdio: 'inherit',
});
rmSync('dist/tsconfig.types.json');
