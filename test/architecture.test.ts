// What src/README.md says of the rooms, as a test: each failure is the sentence that was broken, and where.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { transform } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Which rooms each room may import. A room that is missing here fails the test: give it its place. */
const pure = {
  diagnostics: [],
  schema: ['diagnostics'],
  spec: ['diagnostics', 'schema'],
  plan: ['diagnostics', 'schema', 'spec'],
  authoring: ['diagnostics', 'schema', 'spec'],
  run: ['diagnostics', 'schema', 'plan'],
} as const;
const core = ['diagnostics', 'schema', 'spec', 'plan', 'authoring', 'run'];
const edges = {
  process: core,
  workspace: core,
  reporters: core,
  agents: [...core, 'process'],
  git: [...core, 'process'],
  backends: [...core, 'process'],
} as const;
const everything = [...core, ...Object.keys(edges)];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  ...pure,
  ...edges,
  cli: everything,
  'main.ts': ['cli'],
  'process-io.ts': ['cli', 'main.ts'],
  'compiled.ts': ['process-io.ts'],
  // It starts the most asked command without the rest of the program.
  'bin.ts': ['process-io.ts', 'cli'],
  'api.ts': [...everything, 'cli'],
};

interface SourceFile {
  /** Relative to src. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  /** The code without types and comments. */
  readonly code: string;
  /** What it imports and re-exports, types included. */
  readonly imports: readonly string[];
}

/** Import and export statements begin a line; what stands between `import(` and `)` counts, too. */
const importPattern =
  /^(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

let files: readonly SourceFile[] = [];

beforeAll(async () => {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(ts|js)$/.test(path),
  );
  files = await Promise.all(
    paths.sort().map(async (path) => {
      const text = readFileSync(join(root, 'src', path), 'utf8');
      const { code } = await transform(text, { loader: 'ts', minifyWhitespace: true, legalComments: 'none' });
      const imports = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
      return { path, room: path.split('/')[0] ?? path, text, code, imports };
    }),
  );
});

/** Files that people write: generated ones are left out. */
function written(): readonly SourceFile[] {
  return files.filter(({ path }) => !path.includes('.gen.'));
}

/** The file that a relative import leads to, relative to src. */
function target(from: SourceFile, specifier: string): string {
  return relative('.', join(dirname(from.path), specifier));
}

function each(rule: (file: SourceFile) => readonly string[]): readonly string[] {
  return written().flatMap(rule);
}

test('rooms import only what stands to their left', () => {
  expect(written().length).toBeGreaterThan(100);
  const broken = each((file) => {
    const allowed = mayImport[file.room];
    if (allowed === undefined) return [`src/${file.room} has no place in the order of rooms`];
    return file.imports
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => target(file, specifier))
      .filter((path) => !path.startsWith('../schemas/') && path !== '../package.json')
      .map((path) => path.split('/')[0] ?? path)
      .filter((room) => room !== file.room && !allowed.includes(room))
      .map(
        (room) => `${file.path} imports ${room}, but ${file.room} may import only: ${allowed.join(', ') || 'nothing'}`,
      );
  });
  expect(broken).toEqual([]);
});

test('imports have no cycles, types and those that wait until they are needed included', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) {
      cycles.push([...above.slice(above.indexOf(path)), path].join(' -> '));
      return;
    }
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return;
    for (const specifier of file.imports) {
      if (specifier.startsWith('.')) visit(target(file, specifier), [...above, path]);
    }
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  expect(cycles).toEqual([]);
});

test('relative imports name an existing file with its ending', () => {
  const known = new Set(files.map(({ path }) => path));
  const broken = each((file) =>
    file.imports
      .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.json'))
      .filter((specifier) => !known.has(target(file, specifier)))
      .map((specifier) => `${file.path} imports ${specifier}, which is not a file of src`),
  );
  expect(broken).toEqual([]);
});

test('pure rooms know neither Node nor a browser: they compile with the language alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'super-pure-'));
  try {
    const config = join(folder, 'tsconfig.json');
    const rooms = Object.keys(pure).map((room) => join(root, 'src', room));
    // Universal things that TypeScript counts to the browser's.
    const universal =
      'declare class TextDecoder { constructor(label?: string, options?: object); decode(input?: Uint8Array): string }';
    writeFileSync(join(folder, 'universal.d.ts'), universal);
    writeFileSync(
      config,
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { types: [], typeRoots: [] },
        include: [...rooms, folder],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    let said = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', config, '--pretty', 'false'], { encoding: 'utf8', cwd: root });
    } catch (error) {
      said = (error as { stdout: string }).stdout;
    }
    expect(said).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('pure rooms have no clock and no randomness', () => {
  const impure = /\bDate\.now\b|\bnew Date\(\)|\bnew Date\b(?!\()|\bMath\.random\b|\bperformance\b\.|\bglobalThis\b/;
  const broken = each(({ path, room, code }) => {
    const found = room in pure ? impure.exec(code)?.[0] : undefined;
    return found === undefined ? [] : [`${path} uses ${found}; time and chance come through the doors of run/ports.ts`];
  });
  expect(broken).toEqual([]);
});

test('only src/process starts processes', () => {
  const broken = each(({ path, room, imports }) =>
    imports
      .filter((specifier) => /^(node:)?(child_process|cluster)$|^execa$/.test(specifier) && room !== 'process')
      .map((specifier) => `${path} imports ${specifier}`),
  );
  expect(broken).toEqual([]);
});

test('process and console are touched only where the program meets the system', () => {
  const meets = new Set(['bin.ts', 'compiled.ts', 'process-io.ts', 'main.ts', 'api.ts', ...Object.keys(edges), 'cli']);
  const broken = each(({ path, room, code }) => {
    const found = /\bconsole\.\w+|\bprocess\.(stdout|stderr|stdin|exit\b|on\b|argv\b)/.exec(code)?.[0];
    if (found !== undefined && room !== 'bin.ts' && room !== 'process-io.ts') {
      // A program that runs elsewhere, or the text of one.
      return /^agents\/\w+-host\.ts$/.test(path) || path.endsWith('.js.ts')
        ? []
        : [`${path} uses ${found}, which belongs to process-io.ts`];
    }
    return /\bprocess\.[a-z]/.test(code) && !meets.has(room) ? [`${path} uses process`] : [];
  });
  expect(broken).toEqual([]);
});

test('exports have names: no default exports, no wildcards, no enums', () => {
  const broken = each(({ path, text }) => {
    const found = /^export default\b|^export \*|^(export )?(const |declare )?enum\b|^(export )?namespace\b/m.exec(text);
    return found === null ? [] : [`${path}: ${found[0]}`];
  });
  expect(broken).toEqual([]);
});

test('no file is called after nothing in particular', () => {
  const vague = /^(utils?|helpers?|common|misc|types|core|shared|stuff|manager|index|constants)(\.|$)/;
  const broken = each(({ path }) => (path.split('/').some((part) => vague.test(part)) ? [path] : []));
  expect(broken).toEqual([]);
});

test('a file says one thing: at most 350 lines, or the reason in its first comment', () => {
  const broken = each(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines <= 350 || /^\/\/.*\bone file\b/im.test(text.split('\nimport ')[0] ?? '')
      ? []
      : [`${path} has ${lines} lines`];
  });
  expect(broken).toEqual([]);
});

test('what is exported says what is true of it', () => {
  const broken = each(({ path, text }) =>
    [...text.matchAll(/(^|\n)([^\n]*)\n(export (?:async )?(?:function|const) \w+(?:: Command\b)?)/g)]
      // A command says what it does in its summary.
      .filter(([, , before = '', what = '']) => !/\*\/\s*$/.test(before) && !what.endsWith(': Command'))
      .map(([, , , what]) => `${path}: ${what} has no sentence`),
  );
  expect(broken).toEqual([]);
});
