import type { Validator } from './validator.ts';
/** Generated beside this declaration; validates a value against schemas/project.schema.json. */
export declare const validate: Validator;
