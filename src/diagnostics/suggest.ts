/**
 * The candidate that was probably meant, or undefined: nearest by edit distance (swaps count once), at most a third of the length
 * away. Of two letters nothing is left when one is wrong, so that they may be swapped at most; one letter means nothing else.
 */
export function suggest(written: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(written);
  if (wanted.length < 2) return undefined;
  if (wanted.length === 2) return pairMeant(written, wanted, candidates);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === written) continue;
    const distance = editDistance(wanted, fold(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function pairMeant(written: string, wanted: string, candidates: Iterable<string>): string | undefined {
  const swapped = `${wanted[1]}${wanted[0]}`;
  const others = [...candidates].filter((candidate) => candidate !== written);
  return others.find((each) => fold(each) === wanted) ?? others.find((each) => fold(each) === swapped);
}

/** "did you mean "x"?" or undefined, ready to be a hint. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const meant = suggest(written, candidates);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

function fold(text: string): string {
  return text.toLowerCase().replaceAll('-', '_').slice(0, 80);
}

/** Edit distance with adjacent swaps; gives up with `limit` once no better result is possible. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
      smallest = Math.min(smallest, cost);
    }
    if (smallest >= limit) return limit;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}
