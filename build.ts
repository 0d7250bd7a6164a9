// Builds dist/: the executable, the program, the API for programs, and its types.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

/**
 * Importing a built-in module looks at all its exports, which wakes parts of Node that nobody uses. In the bundle each becomes
 * a module that looks at those names only that are asked for.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin', sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: builtinModule(path) }));
  },
};

function builtinModule(path: string): string {
  // Commander imports it for what is not used here; it is the one that takes long.
  if (path === 'child_process') {
    return `export const spawn = (...given) => process.getBuiltinModule('node:child_process').spawn(...given);
      export default { spawn };`;
  }
  const names = Object.keys(process.getBuiltinModule(`node:${path}`) ?? {}).filter((name) =>
    /^[a-zA-Z_]\w*$/.test(name),
  );
  const origin = path === 'process' ? 'process' : `/* @__PURE__ */ process.getBuiltinModule('node:${path}')`;
  return [
    `const origin = ${origin};`,
    ...names
      .filter((name) => name !== 'default')
      .map((name) => `export const ${name} = /* @__PURE__ */ (() => origin.${name})();`),
    'export default origin;',
  ].join('\n');
}

/** The executable stays apart from the program, which it loads as a script. */
const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /process-io\.ts$/, namespace: 'file' }, ({ importer, resolveDir }) =>
      importer.endsWith('bin.ts') ? { path: join(resolveDir, 'compiled.ts') } : undefined,
    );
  },
};

/** Folders of the packages of which something is in a bundle. */
const packages = new Set<string>();

async function bundle(options: BuildOptions): Promise<void> {
  const { metafile } = (await build(options)) as { metafile: Metafile };
  for (const path of Object.keys(metafile.inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    if (folder !== undefined) packages.add(folder);
  }
}

/** Whose work is in the bundles, and on which terms: the text of each licence once, below all that are under it. */
function licensesOf(folders: ReadonlySet<string>): string {
  const known = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
    return { title: `${name} ${version} (${license})`, text: file && readFileSync(join(folder, file), 'utf8').trim() };
  });
  return [...Map.groupBy(known, ({ text }) => text ?? 'The package says no more than the name of its licence.')]
    .map(([text, those]) => `${those.map(({ title }) => title).join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

// One file for the program: some forty parts that load when they are needed took longer to find than this takes to read.
const common: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  // All of them stand in licenses.txt.
  legalComments: 'none',
  metafile: true,
  // yaml gives Node its CommonJS build, which cannot be bundled into ES modules; its other one is the same code.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
};
// Executable and program are no modules: looking for these, and linking them, takes Node several milliseconds.
const plain: BuildOptions = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } };
await bundle({
  ...plain,
  entryPoints: { program: 'src/process-io.ts' },
  plugins: [builtins],
  banner: { js: '(function (module) {' },
  footer: { js: '})' },
  // A script does not know where it is; who runs it says so.
  define: { 'import.meta.filename': 'module.filename' },
});
const program = readFileSync('dist/program.cjs');
if (program.some((byte) => byte > 127)) throw new Error('dist/program.cjs is read as Latin-1, and is more than ASCII');
await bundle({
  ...plain,
  entryPoints: { super: 'src/bin.ts' },
  plugins: [apart],
  define: { programDigest: JSON.stringify(createHash('sha256').update(program).digest('hex').slice(0, 16)) },
});
await bundle({ ...common, entryPoints: { api: 'src/api.ts' }, plugins: [builtins], external: ['@dagrejs/graphlib'] });
// Programs that agents run in: apart, so that the libraries for models cost nothing where none is asked.
await bundle({
  ...common,
  entryPoints: { 'llm-host': 'src/agents/llm-host.ts', 'acp-host': 'src/agents/acp-host.ts' },
  // Parts of the libraries ask for modules of Node in the old way.
  banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
});
// What measures outputs by the schemas of their tasks, apart for the same reason.
await bundle({
  ...plain,
  entryPoints: { ajv: 'ajv/dist/2020.js' },
  alias: { 'fast-deep-equal': './schemas/equal.cjs' },
});
writeFileSync('dist/licenses.txt', licensesOf(packages));
chmodSync('dist/super.cjs', 0o755);

// The API's types are emitted from the sources that it is made of.
writeFileSync(
  'dist/tsconfig.types.json',
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: '../src',
      outDir: 'types',
    },
    include: [],
    files: ['../src/api.ts'],
  }),
);
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'dist/tsconfig.types.json'], {
  stdio: 'inherit',
});
rmSync('dist/tsconfig.types.json');
