import type { Validator } from './validator.ts';
/** Generated beside this declaration; validates a value against schemas/agent.schema.json. */
export declare const validate: Validator;
