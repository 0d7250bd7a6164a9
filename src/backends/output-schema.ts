// Whether an output is what its task's output_schema asks for. The validator is loaded when the first such task ends.
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { OutputSchema } from '../schema/types.gen.ts';

/** Most faults that are told; an agent mends no more at once. */
const mostFaults = 20;

/** Why a schema cannot be used. */
export interface SchemaFault {
  /** JSON pointer to the part that is meant; empty for all of it. */
  readonly pointer: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** The values that would be right there, where these can be told. */
  readonly allowed: readonly unknown[];
}

/** What is wrong with a schema itself; undefined for one that can be used. */
export function schemaFault(schema: OutputSchema): SchemaFault | undefined {
  const { $schema: _, ...rest } = schema;
  const ajv = newAjv();
  const [fault] = ajv.validateSchema(rest) === true ? [] : (ajv.errors ?? []);
  if (fault !== undefined) {
    const { instancePath: pointer, message = 'is wrong', params } = fault;
    return { pointer, message, allowed: (params.allowedValues as readonly unknown[] | undefined) ?? [] };
  }
  try {
    ajv.compile(rest);
    return undefined;
  } catch (error) {
    return { pointer: '', message: (error as Error).message, allowed: [] };
  }
}

/** What is wrong with an output, a sentence for each fault, for the agent to read; undefined where it conforms. */
export function outputFaults(schema: OutputSchema, text: string): readonly string[] | undefined {
  const found = jsonIn(text);
  if (found.type === 'none') return [`the answer is not JSON: ${found.why}`];
  const validate = validatorOf(schema);
  const conforms = inTime(() => validate(found.value));
  if (conforms === undefined)
    return [`it takes longer than ${longest / 1000} s to measure it: a pattern of the schema goes astray`];
  if (conforms) return undefined;
  const faults = (validate.errors ?? []).map(faultText);
  const hidden = faults.length - mostFaults;
  return hidden > 0 ? [...faults.slice(0, mostFaults), `and ${hidden} more`] : faults;
}

/** Milliseconds for which one output may hold up all else. There are patterns and texts that take years. */
const longest = 2000;

/** What this comes to; undefined where it takes too long. */
function inTime<T>(work: () => T): T | undefined {
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  try {
    return runInNewContext('work()', { work }, { timeout: longest }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

function validatorOf(schema: OutputSchema): ValidateFunction {
  const { $schema: _, ...rest } = schema;
  return newAjv().compile(rest);
}

function newAjv() {
  const { Ajv2020 } = loadAjv();
  // What Ajv does not know is no fault of the schema: words of other drafts, formats, remarks.
  return new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false });
}

/** A file of its own where we are built, so that those who need none of it do not read it. */
function loadAjv(): typeof import('ajv/dist/2020.js') {
  const here = import.meta.filename;
  return createRequire(here)(here.endsWith('.ts') ? 'ajv/dist/2020.js' : './ajv.cjs');
}

type Found = { readonly type: 'json'; readonly value: unknown } | { readonly type: 'none'; readonly why: string };

/** The JSON that an answer is, or that stands in its only fenced block. */
function jsonIn(text: string): Found {
  const whole = parse(text.trim());
  if (whole.type === 'json') return whole;
  const fenced = [...text.matchAll(/^```[a-z]*[ \t]*\r?\n([\s\S]*?)^```/gim)].map((match) => match[1] ?? '');
  if (fenced.length > 1) return { type: 'none', why: 'it has several fenced blocks, and one is expected' };
  return fenced[0] === undefined ? whole : parse(fenced[0].trim());
}

function parse(text: string): Found {
  try {
    return { type: 'json', value: JSON.parse(text) };
  } catch (error) {
    return { type: 'none', why: text === '' ? 'it is empty' : (error as Error).message };
  }
}

/** "/verdict: must be equal to one of the allowed values: good, bad". */
function faultText({ instancePath, keyword, message = 'is wrong', params }: ErrorObject): string {
  const where = instancePath === '' ? 'the whole' : instancePath;
  if (keyword === 'enum') return `${where}: ${message}: ${JSON.stringify(params.allowedValues)}`;
  if (keyword === 'const') return `${where}: ${message}: ${JSON.stringify(params.allowedValue)}`;
  if (keyword === 'additionalProperties') return `${where}: ${message}: "${params.additionalProperty}"`;
  return `${where}: ${message}`;
}
