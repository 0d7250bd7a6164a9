import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { brief } from '../diagnostics/brief.ts';
import type { Code } from '../diagnostics/catalogue.ts';
import { firstFew, maxDepth, maxExpandedNodes } from './limits.ts';
import type { Range } from './lines.ts';
import { unquotedPlaceholder, type Wording } from './unquoted.ts';

/** A fault that knows its place in the text. */
export interface PlacedFault {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly range: Range;
  /** Where the library saw it, where that is another place; the first one seen is the one to tell. */
  readonly seenAt?: number;
}

/** A tree of YAML nodes as plain data. */
export interface Walked {
  readonly data: unknown;
  readonly faults: readonly PlacedFault[];
  /** Whether the last of the faults kept the rest from being read. */
  readonly stopped: boolean;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

/** What an anchor stands for; `data` is shared by all its uses. Without `size` the anchor is still being read. */
interface Anchored {
  readonly node: Node;
  data?: unknown;
  size?: number;
  height?: number;
}

const corePrefix = 'tag:yaml.org,2002:';

/** Turns nodes into plain data in one pass, and finds every key, tag and alias that this language does not have. */
export function walk(root: Node, text: string): Walked {
  const faults: PlacedFault[] = [];
  const anchors = new Map<string, Anchored>();
  const targets = new Map<Alias, Node>();
  let nodes = 0;
  let deepest = 0;
  let stopped = false;

  function report(code: Code, range: Range, message: string, hint: string): void {
    faults.push({ code, message, hint, range });
  }

  function stop(code: Code, range: Range, message: string, hint: string): undefined {
    if (!stopped) report(code, range, message, hint);
    stopped = true;
  }

  function dataOf(node: Node | null, depth: number): unknown {
    if (stopped || node === null) return null;
    nodes++;
    if (depth > deepest) deepest = depth;
    if (isAlias(node)) return aliased(node, depth);
    checkTag(node);
    if (node.anchor !== undefined) return anchored(node, node.anchor, depth);
    return contentOf(node, depth);
  }

  function checkTag(node: Node): void {
    if (isAlias(node) || node.tag === undefined || tagFits(node)) return;
    const tag = shownTag(node.tag);
    report('yaml-tag', tagRange(text, rangeOf(node), tag), `tag ${brief(tag)} cannot be used here`, 'delete the tag');
  }

  function contentOf(node: Node, depth: number): unknown {
    if (isScalar(node)) return node.value;
    if (depth > maxDepth) return stop('yaml-depth', rangeOf(node), depthMessage, depthHint);
    if (isMap(node)) return mapOf(node, depth);
    return (node as YAMLSeq<Node>).items.map((item) => dataOf(item, depth + 1));
  }

  function mapOf(map: YAMLMap, depth: number): unknown {
    // Without a prototype, so that no key can reach one and `in` means what it says.
    const data: Record<string, unknown> = Object.create(null);
    for (const pair of map.items) {
      const key = keyOf(pair);
      const value = dataOf(pair.value as Node | null, depth + 1);
      if (key === undefined) continue;
      if (key in data)
        report(
          'yaml-duplicate-key',
          rangeOf(pair.key as Node),
          `key "${brief(key)}" stands here twice`,
          'delete one of them',
        );
      else data[key] = value;
    }
    return data;
  }

  /** The key as a string, or undefined once its fault is reported. */
  function keyOf({ key }: Pair): string | undefined {
    const node = key as Node;
    // What such a key was to say is unknown, so that what the map lacks without it is not worth saying.
    if (!isScalar(node)) return stop('yaml-key-type', rangeOf(node), 'a key must be a string', 'write a plain name');
    if (typeof node.value !== 'string') {
      const unquoted = node.source === '' ? placeholderBefore(text, rangeOf(node)[0]) : undefined;
      // What the value of its key was to say is unknown too.
      if (unquoted !== undefined) return stop('yaml-key-type', rangeOf(node), unquoted.message, unquoted.hint);
      const kind = node.value === null ? 'null' : `the ${typeof node.value} ${brief(node.source ?? '')}`;
      const hint = node.source ? `write it between quotes: "${brief(node.source)}"` : 'write a plain name';
      report('yaml-key-type', rangeOf(node), `a key must be a string, not ${kind}`, hint);
      return undefined;
    }
    checkTag(node);
    if (node.value === '<<') {
      report('yaml-merge-key', rangeOf(node), 'merge keys (<<) are not supported', 'write the keys out');
      return undefined;
    }
    if (node.value === '__proto__' || node.value === 'constructor' || node.value === 'prototype') {
      report('yaml-forbidden-key', rangeOf(node), `no key may be called "${node.value}"`, 'choose another name');
      return undefined;
    }
    return node.value;
  }

  function anchored(node: Node, name: string, depth: number): unknown {
    const entry: Anchored = { node };
    anchors.set(name, entry);
    const [nodesBefore, deepestBefore] = [nodes, deepest];
    deepest = depth;
    entry.data = contentOf(node, depth);
    entry.size = nodes - nodesBefore + 1;
    entry.height = deepest - depth;
    deepest = Math.max(deepest, deepestBefore);
    return entry.data;
  }

  function aliased(alias: Alias, depth: number): unknown {
    const range = rangeOf(alias);
    const target = anchors.get(alias.source);
    if (target === undefined)
      return stop('yaml-aliases', range, `no anchor "&${brief(alias.source)}" stands before this alias`, aliasHint);
    if (target.size === undefined)
      return stop('yaml-aliases', range, `"*${brief(alias.source)}" stands inside what it stands for`, aliasHint);
    nodes += target.size - 1;
    if (nodes > maxExpandedNodes)
      return stop(
        'yaml-aliases',
        range,
        `the aliases stand for more than ${maxExpandedNodes.toLocaleString('en-US')} values`,
        aliasHint,
      );
    if (depth + (target.height ?? 0) > maxDepth) return stop('yaml-depth', range, depthMessage, depthHint);
    deepest = Math.max(deepest, depth + (target.height ?? 0));
    targets.set(alias, target.node);
    return target.data;
  }

  const data = dataOf(root, 1);
  return { data, faults: firstFew(faults), stopped, targets };
}

/** The sentence for a file that is nested too deeply. */
export const depthMessage = `nested more than ${maxDepth} levels deep`;
/** What to do about it. */
export const depthHint = 'no orchestra needs that; look for a bracket or a dash too many';
/** What to do about an alias that cannot be. */
export const aliasHint = 'write the value out, or put quotes around a text that starts with *';

/** Where a node stands, without what follows it. */
export function rangeOf(node: Node | null | undefined): Range {
  return node?.range ? [node.range[0], node.range[1]] : [0, 0];
}

/** What to say where a colon follows something like {goal}, which makes a key of it. */
function placeholderBefore(text: string, at: number): Wording | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return unquotedPlaceholder(text.slice(start, Math.min(end === -1 ? text.length : end, start + 2000)), at - start);
}

/** The tag stands before its node, with at most an anchor and blanks between; one that is spelt in another way is not looked for. */
function tagRange(text: string, node: Range, tag: string): Range {
  const from = Math.max(node[0] - 2048, 0);
  const at = text.slice(from, node[0]).lastIndexOf(tag);
  return at === -1 ? node : [from + at, from + at + tag.length];
}

/** Whether the node's tag is one of the core schema and says what the node is anyway. */
function tagFits(node: Node): boolean {
  switch (node.tag) {
    case '!':
      return true;
    case `${corePrefix}map`:
      return isMap(node);
    case `${corePrefix}seq`:
      return isSeq(node);
  }
  if (!isScalar(node)) return false;
  switch (node.tag) {
    case `${corePrefix}str`:
      return typeof node.value === 'string';
    case `${corePrefix}int`:
      return Number.isInteger(node.value);
    case `${corePrefix}float`:
      return typeof node.value === 'number';
    case `${corePrefix}bool`:
      return typeof node.value === 'boolean';
    case `${corePrefix}null`:
      return node.value === null;
    default:
      return false;
  }
}

function shownTag(tag: string): string {
  return tag.startsWith(corePrefix) ? `!!${tag.slice(corePrefix.length)}` : tag;
}
