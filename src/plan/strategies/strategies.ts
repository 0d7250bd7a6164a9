import type { Strategy } from '../../schema/types.gen.ts';
import type { StrategyFunction } from '../draft.ts';
import { hierarchical } from './hierarchical.ts';
import { mixed } from './mixed.ts';
import { parallel } from './parallel.ts';
import { sequential } from './sequential.ts';

/** The table of strategies: one line for each word of the schema. */
export const strategies: Readonly<Record<Strategy, StrategyFunction>> = { sequential, parallel, mixed, hierarchical };
