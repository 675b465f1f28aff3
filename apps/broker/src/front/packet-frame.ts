/** Fixed headers of MQTT 3.1.1 (section 2.2), read without copying or parsing what follows them. */

export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  disconnect: 14,
} as const;

/** The header is not complete yet. */
export const INCOMPLETE = -1;
/** The remaining length takes more than four bytes [MQTT-2.2.3]. */
export const MALFORMED = -2;

/** One type byte and a remaining length of at most four bytes. */
export const MAX_HEADER_BYTES = 5;

/** Bytes of the packet that starts at `at`, its fixed header included; or INCOMPLETE, or MALFORMED. */
export function packetLength(data: Uint8Array, at: number): number {
  let length = 0;
  for (let digit = 0; digit < 4; digit++) {
    const position = at + 1 + digit;
    if (position >= data.length) return INCOMPLETE;
    const byte = data[position]!;
    length += (byte & 0x7f) * 128 ** digit;
    if (byte < 0x80) return 2 + digit + length;
  }
  return MALFORMED;
}

/** Where the variable header of the packet that starts at `at` begins; its fixed header is known to be complete. */
export function bodyStart(data: Uint8Array, at: number): number {
  let position = at + 1;
  while (data[position]! >= 0x80) position++;
  return position + 1;
}
