// Finds many texts at once in a stream of bytes: the automaton of Aho and Corasick. Each state stands for the longest end
// of what was read that begins one of the texts.

/** Something to be found, and to whom it belongs. */
export interface Needle {
  readonly bytes: Uint8Array;
  readonly owner: number;
}

/** States are numbered from 0, the start, breadth first: those nearest to the start first, children of one state side by side. */
export interface Automaton {
  /** Where each state's children begin; those of state s end where those of s + 1 begin. */
  readonly children: Int32Array;
  /** The byte that leads to each state. */
  readonly byte: Uint8Array;
  /** The state to go on from where no child fits. */
  readonly fail: Int32Array;
  /** How many bytes each state stands for. */
  readonly depth: Int32Array;
  /** Length of the longest needle that ends in each state; 0: none does. */
  readonly found: Int32Array;
  /** Whose that is. */
  readonly owner: Int32Array;
  /** The next state for each byte, for the first `denseStates` states: where most of a text leads. */
  readonly dense: Int32Array;
  readonly denseStates: number;
}

/** Most states for which every next state is written down: 1 MiB. */
const mostDense = 1024;

/** Makes the automaton of these needles, none of which is empty. Of equal ones the first counts. */
export function automatonOf(needles: readonly Needle[]): Automaton {
  return complete(numbered(trieOf(needles)));
}

/** A tree of all beginnings, in the order of their coming. */
interface Trie {
  readonly size: number;
  readonly firstChild: Int32Array;
  readonly sibling: Int32Array;
  readonly byte: Uint8Array;
  readonly owner: Int32Array;
}

function trieOf(needles: readonly Needle[]): Trie {
  const most = 1 + needles.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const firstChild = new Int32Array(most);
  const sibling = new Int32Array(most);
  const byte = new Uint8Array(most);
  const owner = new Int32Array(most).fill(-1);
  let size = 1;
  for (const needle of needles) {
    let state = 0;
    for (const next of needle.bytes) {
      let child = firstChild[state] ?? 0;
      while (child !== 0 && byte[child] !== next) child = sibling[child] ?? 0;
      if (child === 0) {
        child = size++;
        byte[child] = next;
        sibling[child] = firstChild[state] ?? 0;
        firstChild[state] = child;
      }
      state = child;
    }
    if (owner[state] === -1) owner[state] = needle.owner;
  }
  return { size, firstChild, sibling, byte, owner };
}

type Unfinished = Omit<Automaton, 'dense' | 'denseStates'>;

/** The same tree with its states numbered breadth first. */
function numbered(trie: Trie): Unfinished {
  const { size } = trie;
  const old = new Int32Array(size);
  const children = new Int32Array(size + 1);
  const byte = new Uint8Array(size);
  const depth = new Int32Array(size);
  const found = new Int32Array(size);
  const owner = new Int32Array(size);
  let next = 1;
  for (let state = 0; state < size; state += 1) {
    const from = old[state] ?? 0;
    const below = depth[state] ?? 0;
    children[state] = next;
    if ((trie.owner[from] ?? -1) >= 0) {
      found[state] = below;
      owner[state] = trie.owner[from] ?? 0;
    }
    for (let child = trie.firstChild[from] ?? 0; child !== 0; child = trie.sibling[child] ?? 0) {
      old[next] = child;
      byte[next] = trie.byte[child] ?? 0;
      depth[next] = below + 1;
      next += 1;
    }
  }
  children[size] = next;
  return { children, byte, fail: new Int32Array(size), depth, found, owner };
}

/** Where no child fits, a shorter end of what was read may: its state, and what is found there, are known before. */
function complete(unfinished: Unfinished): Automaton {
  const { children, byte, fail, found, owner } = unfinished;
  const size = byte.length;
  const denseStates = Math.min(size, mostDense);
  const dense = new Int32Array(denseStates * 256);
  const automaton = { ...unfinished, dense, denseStates };
  for (let state = 0; state < size; state += 1) {
    const shorter = fail[state] ?? 0;
    if ((found[state] ?? 0) === 0) {
      found[state] = found[shorter] ?? 0;
      owner[state] = owner[shorter] ?? 0;
    }
    const begin = children[state] ?? 0;
    const end = children[state + 1] ?? 0;
    for (let child = begin; child < end; child += 1) {
      fail[child] = state === 0 ? 0 : step(automaton, shorter, byte[child] ?? 0);
    }
    if (state >= denseStates) continue;
    if (state > 0) dense.copyWithin(state * 256, shorter * 256, shorter * 256 + 256);
    for (let child = begin; child < end; child += 1) dense[state * 256 + (byte[child] ?? 0)] = child;
  }
  return automaton;
}

/** The state after one more byte. */
export function step(automaton: Automaton, from: number, next: number): number {
  const { children, byte, fail, dense, denseStates } = automaton;
  let state = from;
  while (state >= denseStates) {
    const end = children[state + 1] as number;
    for (let child = children[state] as number; child < end; child += 1) {
      if (byte[child] === next) return child;
    }
    state = fail[state] as number;
  }
  return dense[state * 256 + next] as number;
}
