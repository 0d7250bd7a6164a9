import {
  type Alias,
  Composer,
  type CST,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import type { Code } from '../diagnostics/catalogue.ts';
import {
  type Checked,
  type Diagnostic,
  type Finding,
  inReadingOrder,
  type Path,
  severityOf,
} from '../diagnostics/diagnostic.ts';
import { sizeMessage } from './decode.ts';
import { lexemeFaults, openBracket } from './lexemes.ts';
import { maxBytes, maxFaults, maxOddities } from './limits.ts';
import { atVisible, onFirstLine, positionsIn, type Range } from './lines.ts';
import { tooFar, wordingOf } from './syntax.ts';
import { type PlacedFault, rangeOf, walk } from './walk.ts';

/** A YAML file as data that still knows where everything stands. */
export interface Source {
  /** The file as people name it. */
  readonly file: string;
  readonly text: string;
  /** Plain data: strings, numbers, booleans, null, arrays and objects without a prototype. */
  readonly data: unknown;
  /** Gives a finding its place; one that names something absent gets the nearest thing around it. */
  locate(finding: Finding): Diagnostic;
  /** Whether something stands at this path. */
  has(at: Path): boolean;
}

/** Faults that leave the rest of the file readable: the key is left out, and what else is wrong can still be said. */
const harmless: ReadonlySet<Code> = new Set<Code>(['yaml-duplicate-key', 'yaml-forbidden-key', 'yaml-key-type']);

/** Reads YAML text; within the limits of limits.ts, else a diagnostic. There may be both a value and errors. */
export function parseSource(file: string, given: string): Checked<Source> {
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  const positionOf = positionsIn(text);

  function placed({ code, message, hint, range }: PlacedFault): Diagnostic {
    const [from, to] = onFirstLine(text, range);
    const { line, column } = positionOf(from);
    const end = { end_line: line, end_column: column + Math.max(to - from, 1) };
    return { code, severity: severityOf(code), message, file, line, column, ...end, hint };
  }

  const composed = compose(text);
  if ('faults' in composed) return { diagnostics: composed.faults.map(placed) };
  const walked = walk(composed.root, text);
  const diagnostics = inReadingOrder(walked.faults.map(placed));
  if (walked.stopped || walked.faults.some((fault) => !harmless.has(fault.code))) return { diagnostics };
  const places = placesIn(composed.root, walked.targets);
  const value: Source = {
    file,
    text,
    data: walked.data,
    locate: ({ code, message, at, part = 'value', within, hint = '' }) => {
      const range = places.rangeOf(at, part);
      return placed({ code, message, hint, range: within === undefined ? range : partOf(text, range, within) });
    },
    has: places.has,
  };
  return { value, diagnostics };
}

type Composed = { readonly root: Node } | { readonly faults: readonly PlacedFault[] };

function refused(code: Code, range: Range, message: string, hint: string): Composed {
  return { faults: [{ code, message, hint, range }] };
}

/** Text to one tree of nodes. Stops at the first token that shows that there will be none: hostile files are long. */
function compose(text: string): Composed {
  if (text.length > maxBytes) return refused('file-size', [0, 0], sizeMessage(text.length), 'split it');
  const nul = text.indexOf('\0');
  if (nul !== -1)
    return refused('file-binary', [nul, nul + 1], 'the text holds a NUL character', 'save the file as UTF-8 text');
  if (text.trim() === '') return empty();
  const parser = new Parser();
  const composer = new Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false });
  const found: PlacedFault[] = [];
  gatherErrors(composer, text, found);
  const composed = composedOf(text, parser, composer);
  const faults = firstFault(composed.stopped === undefined ? found : [...found, composed.stopped]);
  if (faults.length > 0) return { faults };
  const { root } = composed;
  if (root === undefined || root === null || (isScalar(root) && root.source === '' && root.type === 'PLAIN'))
    return empty();
  return { root };
}

function empty(): Composed {
  return refused(
    'file-empty',
    [0, 0],
    'the file is empty',
    'delete it and have one written: super orchestra create <id>, or super agent create <name>; for a new project: super init',
  );
}

/** The root of the only document, or why there is none; neither when faults enough were found on the way. */
function composedOf(
  text: string,
  parser: Parser,
  composer: Composer,
): { readonly root?: Node | null; readonly stopped?: PlacedFault | undefined } {
  try {
    const stopped = composeTokens(text, parser, composer);
    const [document] = [...composer.end()];
    return { root: (document?.contents ?? null) as Node | null, stopped };
  } catch (error) {
    if (error === enough) return {};
    throw error;
  }
}

/** Thrown out of the composer, which has no other way to end before its text does. */
const enough = Symbol('enough faults');

/** Feeds the composer until the text ends or is known to be no document of ours; then says why. */
function composeTokens(text: string, parser: Parser, composer: Composer): PlacedFault | undefined {
  const faultIn = lexemeFaults(parser, text);
  let documents = 0;
  let directives = 0;
  const take = (nodes: Iterable<CST.Token>): PlacedFault | undefined => {
    for (const node of nodes) {
      if (node.type === 'error') return strayToken(node);
      if (node.type === 'document') documents++;
      else if (node.type === 'directive' && ++directives > maxOddities) return strayDirective(node);
      else if (node.type !== 'directive' && node.type !== 'doc-end') continue;
      for (const _ of composer.next(node));
    }
    return undefined;
  };
  for (const lexeme of new Lexer().lex(text)) {
    const fault = faultIn(lexeme) ?? take(parser.next(lexeme));
    if (fault !== undefined) {
      // What stands before a bracket that is never closed may be wrong, too.
      if (fault.message === openBracket(parser)?.message) take(parser.end());
      return fault;
    }
    if (documents > 0 && parser.stack[0]?.type === 'document') return secondDocument(parser.stack[0].offset);
  }
  const open = openBracket(parser);
  const last = take(parser.end());
  return open ?? last;
}

function strayToken(token: CST.ErrorToken): PlacedFault {
  return {
    code: 'yaml-syntax',
    ...wordingOf('UNEXPECTED_TOKEN', token.message),
    range: [token.offset, token.offset + token.source.length],
  };
}

function strayDirective({ offset, source }: CST.Directive): PlacedFault {
  const message = `more than ${maxOddities.toLocaleString('en-US')} directives`;
  const hint = 'delete the lines that start with %';
  return { code: 'yaml-syntax', message, hint, range: [offset, offset + source.length] };
}

function secondDocument(offset: number): PlacedFault {
  const hint = 'keep one document in a file: delete this line and what follows, or move it to a file of its own';
  return { code: 'yaml-many-documents', message: 'a second document starts here', hint, range: [offset, offset + 3] };
}

/**
 * Puts the composer's errors into `found`. Its own handler makes an Error of each, with a stack: a million of them, for a
 * file of one fault repeated, take seconds. The class has no option for this.
 */
function gatherErrors(composer: Composer, text: string, found: PlacedFault[]): void {
  const onError = (source: Origin, code: ErrorCode, message: string, isWarning?: boolean): void => {
    if (isWarning) return;
    // Again and again: the composer takes what is thrown below it for an overflow, and reports that on each level.
    if (found.length >= maxFaults) throw enough;
    const origin = originRange(source);
    const range = code === 'TAB_AS_INDENT' ? origin : atVisible(text, origin);
    const [start, end] = onFirstLine(text, [range[0], text.length]);
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, end);
    const wording = wordingOf(code, message, text.slice(start, Math.min(end, start + ample)), line.slice(0, ample));
    const place = wording.message === tooFar ? lineBelow(text, end) : range;
    found.push({ code: 'yaml-syntax', ...wording, range: place, seenAt: range[0] });
  };
  Object.assign(composer, { onError });
}

/** As much of a line as wordings look at: lines may be as long as files. */
const ample = 2000;

/** The first text below an offset, to the end of its line. */
function lineBelow(text: string, offset: number): Range {
  const start = offset + text.slice(offset).search(/\S/);
  const end = text.indexOf('\n', start);
  return start < offset ? [offset, offset] : [start, end === -1 ? text.length : end];
}

/** Where the composer says that an error is: an offset, a range, or a token. */
type Origin = number | readonly [number, number, ...unknown[]] | { readonly offset: number; readonly source?: string };

function originRange(origin: Origin): Range {
  if (typeof origin === 'number') return [origin, origin + 1];
  if ('offset' in origin) return [origin.offset, origin.offset + (origin.source?.length ?? 1)];
  return [origin[0], origin[1]];
}

/** The first fault in file order: what follows it is mostly its doing, and would accuse lines that are right. */
function firstFault(faults: readonly PlacedFault[]): readonly PlacedFault[] {
  const seenAt = (fault: PlacedFault) => fault.seenAt ?? fault.range[0];
  return faults.toSorted((a, b) => seenAt(a) - seenAt(b)).slice(0, 1);
}

/** The first place of a part in a range of the text; the range itself where the file spells the part in another way. */
function partOf(text: string, range: Range, part: string): Range {
  const at = text.indexOf(part, range[0]);
  return at === -1 || at + part.length > range[1] ? range : [at, at + part.length];
}

interface Places {
  rangeOf(at: Path, part: 'key' | 'value'): Range;
  has(at: Path): boolean;
}

/** A node on the way along a path, and the key that names it where it stands in a map. */
interface Reached {
  readonly node: Node | null;
  readonly key?: Node;
  readonly whole: boolean;
}

/** Places of values in a tree, by path. */
function placesIn(root: Node, targets: ReadonlyMap<Alias, Node>): Places {
  const indexes = new WeakMap<YAMLMap, Map<unknown, Pair>>();

  function pairIn(map: YAMLMap, name: string): Pair | undefined {
    let index = indexes.get(map);
    if (index === undefined) {
      // Backwards, so that of two equal keys the first is found: the one that the data holds.
      index = new Map(
        map.items.map((pair) => [isScalar(pair.key) ? pair.key.value : pair.key, pair] as const).reverse(),
      );
      indexes.set(map, index);
    }
    return index.get(name);
  }

  function reach(at: Path): Reached {
    let reached: Reached = { node: root, whole: true };
    for (const step of at) {
      const node = isAlias(reached.node) ? (targets.get(reached.node) ?? null) : reached.node;
      if (isMap(node) && typeof step === 'string') {
        const pair = pairIn(node, step);
        if (pair === undefined) return { ...reached, whole: false };
        reached = { node: pair.value as Node | null, key: pair.key as Node, whole: true };
      } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
        reached = { node: node.items[step] as Node, whole: true };
      } else return { ...reached, whole: false };
    }
    return reached;
  }

  function rangeAt(at: Path, part: 'key' | 'value'): Range {
    const { node, key, whole } = reach(at);
    const range = rangeOf(node);
    if (whole && part === 'value' && range[1] > range[0]) return range;
    if (key !== undefined) return rangeOf(key);
    if (node === root) return [0, 0];
    const firstKey = isMap(node) ? node.items[0]?.key : undefined;
    return firstKey === undefined ? range : rangeOf(firstKey as Node);
  }

  return { rangeOf: rangeAt, has: (at) => reach(at).whole };
}
