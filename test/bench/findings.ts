// What the bench found out, and how it is shown.

/** Units of what is measured; of each, less is better. */
type Unit = 's' | 'ms' | 'MB' | 'x';

/** One line of the table: what was measured of us, of a peer, and what is aimed at. */
export interface Finding {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: number;
  /** Without a value: it is not installed here. */
  readonly peer?: { readonly name: string; readonly value?: number | undefined };
  /** The most that our figure, or its ratio to the peer's, should be. Without: for orientation. */
  readonly target?: { readonly of: 'ours' | 'ratio'; readonly most: number };
}

/** Our figure against the peer's, with the most that the ratio should be. */
export function against(
  what: string,
  ours: number | undefined,
  peer: { readonly name: string; readonly value: number | undefined },
  most?: number,
): Finding {
  const target = most === undefined ? {} : { target: { of: 'ratio' as const, most } };
  return { what, unit: 's', ours: ours ?? Number.NaN, peer, ...target };
}

/** Ours to the peer's; undefined without a peer. */
export function ratioOf({ ours, peer }: Finding): number | undefined {
  return peer?.value === undefined ? undefined : ours / peer.value;
}

/** Whether the target is met; undefined where there is none, or nothing to compare with. */
export function isMet(finding: Finding): boolean | undefined {
  const { target, ours } = finding;
  const value = target?.of === 'ratio' ? ratioOf(finding) : ours;
  return target === undefined || value === undefined ? undefined : value <= target.most;
}

/** The findings as a table, one line each. */
export function tableOf(findings: readonly Finding[]): string {
  const head = ['what', 'ours', 'peer', 'ratio', 'target', 'met'];
  const rows = [head, ...findings.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column === 1 || column === 3)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

function cells(finding: Finding): string[] {
  const { what, unit, ours, peer, target } = finding;
  const ratio = ratioOf(finding);
  const met = isMet(finding);
  return [
    what,
    amount(ours, unit),
    peer === undefined ? '' : `${peer.name} ${peer.value === undefined ? 'is missing' : amount(peer.value, unit)}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    target === undefined ? '' : `<= ${target.of === 'ratio' ? target.most : amount(target.most, unit)}`,
    target === undefined ? '' : met === undefined ? 'not measured' : met ? 'met' : 'NOT MET',
  ];
}

/** A number with three digits that matter. */
function amount(value: number, unit: Unit): string {
  if (unit === 's' && value < 1) return amount(value * 1000, 'ms');
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return unit === 'x' ? value.toFixed(3) : `${value.toFixed(digits)} ${unit}`;
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
