// Builds dist/: the executable, the program in one file, the API for programs, and its types.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { type BuildOptions, build, type Plugin } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

/** Loading a built-in module by `import` looks at all its exports, which wakes parts that nobody uses; this does not. */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents:
        path === 'process' ? 'module.exports = process' : `module.exports = process.getBuiltinModule('node:${path}')`,
    }));
  },
};

/** The executable stays apart from the program, so that it can turn the compile cache on before that is read. */
const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /process-io\.ts$/ }, () => ({ path: './program.js', external: true }));
  },
};

const common: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  legalComments: 'none',
  // yaml gives Node its CommonJS build, which cannot be bundled into ES modules; its other one is the same code.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
};
await build({ ...common, entryPoints: { super: 'src/bin.ts' }, plugins: [apart] });
await build({ ...common, entryPoints: { program: 'src/process-io.ts' }, plugins: [builtins] });
await build({ ...common, entryPoints: { api: 'src/api.ts' }, plugins: [builtins], external: ['@dagrejs/graphlib'] });
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
