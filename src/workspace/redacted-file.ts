import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import type { Redactor } from '../run/redaction/redact.ts';
import { openOrdinary, ordinarySize, readSome, removeTemporary, temporaryName, writeWhole } from './ordinary.ts';

/** Files up to this size are read in one go; larger ones are copied in pieces of it. */
const piece = 262_144;

/**
 * Takes the values of secrets out of a file that an agent wrote; where there is no ordinary file there is nothing to do. A file
 * that cannot be cleaned, as on a full disk, is removed: it would keep them.
 */
export async function redactFile(path: string, redactor: Redactor): Promise<void> {
  try {
    await redact(path, redactor);
  } catch (error) {
    removeTemporary(path);
    throw error;
  }
}

async function redact(path: string, redactor: Redactor): Promise<void> {
  const size = ordinarySize(path);
  if (size === undefined || size === 0) return;
  if (size > piece) return redactLarge(path, redactor);
  const data = readSome(path, 0, size);
  const stream = redactor.open();
  const clean = Buffer.concat([stream.push(data), stream.end()]);
  if (!clean.equals(data)) writeWhole(path, clean);
}

async function redactLarge(path: string, redactor: Redactor): Promise<void> {
  const temporary = temporaryName(path);
  const { fd: from } = openOrdinary(path);
  const to = openSync(temporary, 'wx');
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(to, bytes, at);
  };
  try {
    const stream = redactor.open();
    const buffer = Buffer.allocUnsafe(piece);
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) {
      write(stream.push(buffer.subarray(0, read)));
      await new Promise(setImmediate); // a large file keeps nobody else waiting
    }
    write(stream.end());
    renameSync(temporary, path);
  } catch (error) {
    removeTemporary(temporary);
    throw error;
  } finally {
    closeSync(from);
    closeSync(to);
  }
}
