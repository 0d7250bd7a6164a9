import type { Draft } from '../draft.ts';

/** No edges but those of the file. */
export function parallel(_draft: Draft): void {}
