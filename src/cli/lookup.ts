// Which file an orchestra's id stands for. Apart from project.ts, because it reads YAML: commands import it when they run.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suggest } from '../diagnostics/suggest.ts';
import { decode } from '../spec/decode.ts';
import { orchestraId } from '../spec/orchestra-id.ts';
import { parseSource } from '../spec/source.ts';
import { exit, Refusal, setupFault } from './command.ts';
import { isFile, nameFor } from './paths.ts';
import { folders, orchestraFiles, type Project } from './project.ts';

/** The file that `<id or file>` stands for. Throws a Refusal when there is none, or more than one. */
export function findOrchestra(project: Project, asked: string): string {
  const path = resolve(project.cwd, asked);
  if (isFile(path)) return path;
  if (/[/\\]|\.ya?ml$/.test(asked)) throw missing(project, asked, [nameFor(project, path)]);
  const tried = filesFor(project, asked);
  const named = tried.filter(isFile);
  const found = named.length > 0 ? named : orchestraFiles(project).filter((file) => idOf(file) === asked);
  if (found.length > 1) {
    const list = found.map((file) => `  ${nameFor(project, file)}`).join('\n');
    throw new Refusal(
      exit.usage,
      `"${asked}" is the name of ${found.length} orchestras:\n${list}`,
      'name one by its path',
    );
  }
  if (found[0] === undefined)
    throw missing(
      project,
      asked,
      tried.map((file) => nameFor(project, file)),
    );
  return found[0];
}

/** The files that an id stands for by their names. They need not be there. */
export function filesFor(project: Project, id: string): readonly string[] {
  return folders(project, 'orchestras').flatMap((folder) =>
    [`${id}_orchestra.yaml`, `${id}_orchestra.yml`, `${id}.yaml`, `${id}.yml`].map((name) => join(folder, name)),
  );
}

/** The id by which an orchestra file is run: what it declares, else what its name makes of it, also where it cannot be read. */
export function idOf(file: string): string {
  return orchestraId(dataOf(file), file);
}

function dataOf(file: string): unknown {
  try {
    const text = decode(file, readFileSync(file)).value;
    return text === undefined ? undefined : parseSource(file, text).value?.data;
  } catch (error) {
    // Why it cannot be read is told where the file is needed.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

function missing(project: Project, asked: string, tried: readonly string[]): Refusal {
  const ids = orchestraFiles(project).map(idOf);
  const meant = suggest(asked, ids);
  const lines = [
    ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
    tried.length > 0
      ? `looked for: ${tried.join(', ')}`
      : `there is no orchestras/ folder in ${nameFor(project, project.root)} or above`,
    ids.length > 0
      ? `orchestras here: ${ids.join(', ')}`
      : `create one: super orchestra create ${/^[\w-]+$/.test(asked) ? asked : 'my_orchestra'}`,
  ];
  return setupFault(`there is no orchestra "${asked}"`, lines.join('\n'));
}
