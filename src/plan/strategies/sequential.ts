import { chain, type Draft } from '../draft.ts';

/** One task after the other: topological order, ties by priority, then file order. */
export function sequential(draft: Draft): void {
  chain(draft, draft.order);
}
