import type { Validator } from './validator.ts';
/** Generated beside this declaration; validates a value against schemas/config.schema.json. */
export declare const validate: Validator;
