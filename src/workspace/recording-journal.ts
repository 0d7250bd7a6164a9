// The journal of a run as it stands in a recording: each line as it was, unless it tells of something that is carried otherwise.
import type { EventBody } from '../run/ports.ts';
import type { Privacy } from '../run/redaction/privacy.ts';
import type { Output, RunEvent, TaskName } from '../schema/types.gen.ts';
import { lineOf, parseLine } from './journal.ts';
import { outputPath } from './layout.ts';

/** Size and digest of what is carried, by the digest that it has in the run. */
export type CarriedDigests = ReadonlyMap<string, Omit<Output, 'path'>>;

/** Gives the lines of a journal, which come in chunks, as they are carried. What is no event stays, but for what is private. */
export function* carriedJournal(
  chunks: Iterable<Uint8Array>,
  digests: CarriedDigests,
  privacy: Privacy | undefined,
): Iterable<Uint8Array> {
  for (const line of linesIn(chunks)) {
    const text = line.toString('utf8').replace(/\n$/, '');
    const event = text.length < line.length ? parseLine(text) : undefined;
    if (event === undefined)
      yield privacy === undefined ? line : Buffer.from(privacy.redactor.text(line.toString('utf8')));
    else if (privacy !== undefined || isCarriedOtherwise(event, digests))
      yield Buffer.from(lineOf(carriedEvent(event, digests, privacy)));
    else yield line;
  }
}

/** Lines with their ends; the last may have none. */
function* linesIn(chunks: Iterable<Uint8Array>): Iterable<Buffer> {
  let held: Buffer[] = [];
  for (const chunk of chunks) {
    let start = 0;
    for (let stop = chunk.indexOf(0x0a); stop !== -1; stop = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...held, chunk.subarray(start, stop + 1)]);
      held = [];
      start = stop + 1;
    }
    if (start < chunk.length) held.push(Buffer.from(chunk.subarray(start)));
  }
  if (held.length > 0) yield Buffer.concat(held);
}

function isCarriedOtherwise(event: RunEvent, digests: CarriedDigests): boolean {
  const digest = 'output' in event ? event.output.sha256 : event.type === 'run.started' ? event.plan_sha256 : '';
  return (digests.get(digest)?.sha256 ?? digest) !== digest;
}

function carriedEvent(event: RunEvent, digests: CarriedDigests, privacy: Privacy | undefined): RunEvent {
  const clean = (privacy === undefined ? event : privacy.event(event as EventBody)) as RunEvent;
  if (clean.type === 'run.started') {
    return { ...clean, plan_sha256: digests.get(clean.plan_sha256)?.sha256 ?? clean.plan_sha256 };
  }
  if (!('output' in clean)) return clean;
  const carried = digests.get(clean.output.sha256);
  return { ...clean, output: { ...clean.output, ...carried, path: outputPath(clean.task as TaskName) } };
}
