/** Steps of the polynomial for each byte, as zlib and PNG have it. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of a text in UTF-8, eight hexadecimal digits. Own, because to load node's zlib takes longer than a run's journal does. */
export function crc32(text: string): string {
  let crc = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return crc32OfBytes(Buffer.from(text));
    crc = (crc >>> 8) ^ (table[(crc ^ code) & 0xff] as number);
  }
  return hexadecimal(crc);
}

function crc32OfBytes(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return hexadecimal(crc);
}

function hexadecimal(crc: number): string {
  return (~crc >>> 0).toString(16).padStart(8, '0');
}
