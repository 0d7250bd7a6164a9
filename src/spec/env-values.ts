import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';

/** The text of a YAML file with another value for each variable that some `env` in it sets; the same text where none does. */
export function withoutEnvValues(text: string, instead: (name: string) => string): string {
  if (!/\benv\b/.test(text)) return text;
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
  const places = new Map<number, { readonly end: number; readonly name: string }>();
  const seen = new Set<unknown>();
  const gather = (node: unknown, name: string): void => {
    if (seen.has(node)) return; // an anchor may stand within itself
    seen.add(node);
    if (isAlias(node)) gather(targetOf(node, document), name);
    else if (isScalar(node) && node.range) places.set(node.range[0], { end: node.range[1], name });
    else if (isSeq(node)) for (const item of node.items) gather(item, name);
    else if (isMap(node))
      for (const { key, value } of node.items) gather(value, isScalar(key) ? String(key.value) : name);
  };
  visit(document, {
    Pair(_, { key, value }) {
      const target = isAlias(value) ? targetOf(value, document) : value;
      // A list holds names of variables only.
      if (isScalar(key) && key.value === 'env' && isMap(target)) gather(target, '');
    },
  });
  let result = '';
  let at = 0;
  for (const [start, { end, name }] of [...places].sort(([one], [other]) => one - other)) {
    if (start < at) continue;
    const ending = /\n\s*$/.exec(text.slice(start, end))?.[0] ?? '';
    result += `${text.slice(at, start)}${JSON.stringify(instead(name))}${ending}`;
    at = end;
  }
  return result + text.slice(at);
}

function targetOf(alias: Alias, document: Document): Node | undefined {
  return alias.resolve(document);
}
