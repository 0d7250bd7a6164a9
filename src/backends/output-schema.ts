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
  const bare = bareOf(schema);
  const ajv = newAjv();
  const [fault] = ajv.validateSchema(bare) === true ? [] : (ajv.errors ?? []);
  if (fault !== undefined) {
    const { instancePath: pointer, message = 'is wrong', params } = fault;
    return { pointer, message, allowed: (params.allowedValues as readonly unknown[] | undefined) ?? [] };
  }
  try {
    ajv.compile(bare);
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
  if (typeof conforms === 'string') return [`the answer cannot be measured: ${conforms}`];
  if (conforms) return undefined;
  const faults = (validate.errors ?? []).map(faultText);
  const hidden = faults.length - mostFaults;
  return hidden > 0 ? [...faults.slice(0, mostFaults), `and ${hidden} more`] : faults;
}

/** Milliseconds for which one output may hold up all else. There are patterns and texts that take years. */
const longest = 2000;

/** What this comes to, or why that cannot be told: agents answer what they like, and no answer may end the run. */
function inTime(work: () => boolean): boolean | string {
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  try {
    return runInNewContext('work()', { work }, { timeout: longest, displayErrors: false }) as boolean;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return `it takes longer than ${longest / 1000} s: a pattern of the schema goes astray`;
    return error instanceof RangeError ? 'it is nested too deep' : message;
  }
}

function validatorOf(schema: OutputSchema): ValidateFunction {
  return newAjv().compile(bareOf(schema));
}

/** A schema as Ajv takes it: of this draft, answering at once, of maps like those of JSON, with which it compares them. */
function bareOf(schema: OutputSchema): object {
  const { $schema: _, $async: __, ...bare } = structuredClone(schema) as Record<string, unknown>;
  return bare;
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
