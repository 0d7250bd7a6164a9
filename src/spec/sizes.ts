// Amounts of bytes and shares of processors, as people write them and as programs count them.
import type { AgentLimits, Limits } from '../schema/types.gen.ts';
import type { LimitsSpec } from './spec.ts';

const units = ['k', 'm', 'g', 't'];

/** The bytes of a text like 500MB, 2GiB, 512Mi or 100k, in whole ones; undefined for any other text. */
export function parseSize(text: string): number | undefined {
  const [, amount, prefix, binary] = /^([0-9]+(?:\.[0-9]+)?)(?:B|([kKMGT])(?:B|(iB?))?)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const power = prefix === undefined ? 0 : units.indexOf(prefix.toLowerCase()) + 1;
  return Math.round(Number(amount) * (binary === undefined ? 1000 : 1024) ** power);
}

/** A size that conforms to the schema, in bytes. */
export function toBytes(size: number | string): number {
  const bytes = typeof size === 'number' ? size : parseSize(size);
  if (bytes === undefined) throw new TypeError(`not a size: ${size}`);
  return bytes;
}

/** How a size that people would understand is written here, or undefined when it is none. */
export function sizeFor(text: string): string | undefined {
  const words = /^\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:([kmgt])?(i)?(?:b|bytes?)?)\s*$/i.exec(text);
  if (words === null) return undefined;
  const [, amount = '', prefix, binary] = words;
  if (prefix === undefined) return binary === undefined ? `${amount.replace(',', '.')}B` : undefined;
  const letter = prefix.toLowerCase() === 'k' && binary === undefined ? 'k' : prefix.toUpperCase();
  return `${amount.replace(',', '.')}${letter}${binary === undefined ? 'B' : 'iB'}`;
}

/** Bytes as the shortest text that stands for exactly so many. */
export function sizeText(bytes: number): string {
  const texts = [`${bytes}B`];
  for (const [base, names] of [
    [1024, ['KiB', 'MiB', 'GiB', 'TiB']],
    [1000, ['kB', 'MB', 'GB', 'TB']],
  ] as const)
    names.forEach((name, at) => {
      const count = bytes / base ** (at + 1);
      if (Number.isInteger(count) && count > 0) texts.push(`${count}${name}`);
    });
  return texts.reduce((best, text) => (text.length < best.length ? text : best));
}

/** The processors of a text like 1.5, 50% or 500m; undefined for any other text. */
export function parseCpus(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]+(?:\.[0-9]+)?)(%|m)?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) / (unit === '%' ? 100 : unit === 'm' ? 1000 : 1);
}

/** A share of the processors that conforms to the schema, as their number. */
export function toCpus(share: number | string): number {
  const cpus = typeof share === 'number' ? share : parseCpus(share);
  if (cpus === undefined) throw new TypeError(`not a share of the processors: ${share}`);
  return cpus;
}

/** How a share of the processors that people would understand is written here, or undefined when it is none. */
export function cpusFor(text: string): string | undefined {
  const words = /^\s*([0-9]+(?:[.,][0-9]+)?)\s*(%|percent|m|milli\w*|c\w*|v?cpus?|processors?)?\s*$/i.exec(text);
  if (words === null) return undefined;
  const [, amount = '', unit = ''] = words;
  return `${amount.replace(',', '.')}${/^(%|percent)/i.test(unit) ? '%' : /^m/i.test(unit) ? 'm' : ''}`;
}

/** Limits that conform to the schema, in bytes and processors; those that are not said are not there. */
export function toLimits(written: Limits | AgentLimits): LimitsSpec {
  const { memory, cpu, output, disk, free_disk, cache }: Limits = written;
  return {
    ...(memory !== undefined && { memory_bytes: toBytes(memory) }),
    ...(cpu !== undefined && { cpus: toCpus(cpu) }),
    ...(output !== undefined && { output_bytes: toBytes(output) }),
    ...(disk !== undefined && { disk_bytes: toBytes(disk) }),
    ...(free_disk !== undefined && { free_disk_bytes: toBytes(free_disk) }),
    ...(cache !== undefined && { cache_bytes: toBytes(cache) }),
  };
}

/** What an attempt may use, in words; empty where nothing limits it. */
export function agentLimitWords({ memory_bytes, cpus, output_bytes }: LimitsSpec): string[] {
  return [
    ...(memory_bytes === undefined ? [] : [`${sizeText(memory_bytes)} of memory`]),
    ...(cpus === undefined ? [] : [`${cpus} ${cpus === 1 ? 'processor' : 'processors'}`]),
    ...(output_bytes === undefined ? [] : [`${sizeText(output_bytes)} of output`]),
  ];
}

/** What a run as a whole may use, in words; empty where nothing is said. */
export function runLimitWords({ disk_bytes, free_disk_bytes, cache_bytes }: LimitsSpec): string[] {
  return [
    ...(disk_bytes === undefined ? [] : [`at most ${sizeText(disk_bytes)} on disk`]),
    ...(free_disk_bytes === undefined ? [] : [`nothing new starts below ${sizeText(free_disk_bytes)} of free space`]),
    ...(cache_bytes === undefined ? [] : [`at most ${sizeText(cache_bytes)} of outputs kept for reuse`]),
  ];
}
