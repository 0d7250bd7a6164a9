import { createReadStream } from 'node:fs';
import { sha256 as shortSha256 } from '@noble/hashes/sha2.js';

/** Longest data, in bytes, that is hashed in JavaScript: to load the native hashes takes three milliseconds. */
const short = 16_384;

/** SHA-256 in hexadecimal. */
export function sha256(data: Uint8Array): string {
  if (data.length <= short) return Buffer.from(shortSha256(data)).toString('hex');
  return native('sha256').update(data).digest('hex');
}

/** SHA-256 in hexadecimal of a file of any size, and its size in bytes. */
export async function sha256OfFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = native('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** A SHA-256 that is made piece by piece. */
export function startSha256(): { update(data: Uint8Array): unknown; digest(encoding: 'hex'): string } {
  return native('sha256');
}

function native(algorithm: string) {
  return process.getBuiltinModule('node:crypto').createHash(algorithm);
}
