/*
Deterministic MessagePack, as docs/formats/encoding.md says: one value, one encoding.

What it gives: null, booleans, numbers (BigInt beyond 2^53), strings, Uint8Array, arrays,
Map. Bytes that are not the one encoding of their value are refused.
*/

const LONGEST = 4 * 1024 * 1024, DEEPEST = 32;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class NotCanonical extends Error {}

/** One value from all of the bytes. */
export function decode(bytes) {
  if (bytes.length > LONGEST) throw new NotCanonical("too long");
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new NotCanonical("more bytes after the value");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    if (count > this.bytes.length - this.at) throw new NotCanonical("cut off");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A big-endian integer that is too large for the next shorter form. */
  number(width, least) {
    let found = 0n;
    for (const byte of this.take(width)) found = (found << 8n) | BigInt(byte);
    if (found < BigInt(least)) throw new NotCanonical("a longer form than needed");
    return plain(found);
  }

  negative(width, most) {
    let found = 0n;
    for (const byte of this.take(width)) found = (found << 8n) | BigInt(byte);
    const signed = BigInt.asIntN(8 * width, found);
    if (signed >= most) throw new NotCanonical("a longer form than needed");
    return plain(signed);
  }

  value(depth) {
    if (depth > DEEPEST) throw new NotCanonical("nested too deep");
    const [mark] = this.take(1);
    if (mark < 0x80) return mark;
    if (mark < 0x90) return this.map(mark & 15, depth);
    if (mark < 0xa0) return this.array(mark & 15, depth);
    if (mark < 0xc0) return this.text(mark & 31);
    if (mark >= 0xe0) return mark - 0x100;
    return this.marked(mark, depth);
  }

  marked(mark, depth) {
    switch (mark) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.take(this.number(1, 0));
      case 0xc5: return this.take(this.number(2, 0x100));
      case 0xc6: return this.take(this.number(4, 0x10000));
      case 0xcc: return this.number(1, 0x80);
      case 0xcd: return this.number(2, 0x100);
      case 0xce: return this.number(4, 0x10000);
      case 0xcf: return this.number(8, 0x100000000);
      case 0xd0: return this.negative(1, -32n);
      case 0xd1: return this.negative(2, -0x80n);
      case 0xd2: return this.negative(4, -0x8000n);
      case 0xd3: return this.negative(8, -0x80000000n);
      case 0xd9: return this.text(this.number(1, 32));
      case 0xda: return this.text(this.number(2, 0x100));
      case 0xdb: return this.text(this.number(4, 0x10000));
      case 0xdc: return this.array(this.number(2, 16), depth);
      case 0xdd: return this.array(this.number(4, 0x10000), depth);
      case 0xde: return this.map(this.number(2, 16), depth);
      case 0xdf: return this.map(this.number(4, 0x10000), depth);
      default: throw new NotCanonical("no value of the profile");
    }
  }

  text(length) {
    try {
      return utf8.decode(this.take(length));
    } catch (error) {
      throw new NotCanonical(`not UTF-8: ${error}`);
    }
  }

  array(length, depth) {
    if (length > this.bytes.length - this.at) throw new NotCanonical("cut off");
    return Array.from({ length }, () => this.value(depth + 1));
  }

  map(length, depth) {
    const found = new Map();
    let last = null;
    for (let n = 0; n < length; n++) {
      const start = this.at;
      const name = this.value(depth + 1);
      if (typeof name !== "string") throw new NotCanonical("a key that is no text");
      const key = new TextEncoder().encode(name);
      if (last !== null && compare(last, key) >= 0) {
        throw new NotCanonical(`keys out of order at ${start}`);
      }
      last = key;
      found.set(name, this.value(depth + 1));
    }
    return found;
  }
}

function plain(big) {
  const safe = big <= 9007199254740991n && big >= -9007199254740991n;
  return safe ? Number(big) : big;
}

function compare(one, other) {
  const shared = Math.min(one.length, other.length);
  for (let n = 0; n < shared; n++) if (one[n] !== other[n]) return one[n] - other[n];
  return one.length - other.length;
}

/** The encoding of safe integers, strings, bytes, flags, null, arrays and Maps of them. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xc0);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xc3 : 0xc2);
  if (value instanceof Map) return encodeMap(value);
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    const short = bytes.length < 32 ? Uint8Array.of(0xa0 | bytes.length) : null;
    return concat(short ?? head([0xd9, 0xda, 0xdb], bytes.length), bytes);
  }
  if (value instanceof Uint8Array) {
    return concat(head([0xc4, 0xc5, 0xc6], value.length), value);
  }
  const { length } = value;
  const short = length < 16 ? Uint8Array.of(0x90 | length) : null;
  return concat(short ?? head([null, 0xdc, 0xdd], length), ...value.map(encode));
}

function encodeMap(map) {
  const pairs = Array.from(map, ([name, item]) => [encode(name), encode(item), name]);
  const bytes = (name) => new TextEncoder().encode(name);
  pairs.sort((one, other) => compare(bytes(one[2]), bytes(other[2])));
  const short = map.size < 16 ? Uint8Array.of(0x80 | map.size) : null;
  const items = pairs.flatMap(([name, item]) => [name, item]);
  return concat(short ?? head([null, 0xde, 0xdf], map.size), ...items);
}

function encodeNumber(value) {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value}`);
  if (value < 0) return encodeNegative(value);
  if (value < 0x80) return Uint8Array.of(value);
  if (value > 0xffffffff) return concat(Uint8Array.of(0xcf), bigEndian(value, 8));
  return head([0xcc, 0xcd, 0xce], value);
}

function encodeNegative(value) {
  if (value >= -32) return Uint8Array.of(value + 0x100);
  const width = [1, 2, 4].findIndex((bytes) => value >= -(2 ** (8 * bytes - 1)));
  const [bytes, mark] = width < 0 ? [8, 0xd3] : [1 << width, 0xd0 + width];
  const found = new Uint8Array(bytes);
  const wide = BigInt.asUintN(8 * bytes, BigInt(value));
  for (let at = 0; at < bytes; at++) {
    found[at] = Number((wide >> BigInt(8 * (bytes - 1 - at))) & 0xffn);
  }
  return concat(Uint8Array.of(mark), found);
}

/** A mark and a number in one, two or four bytes. */
function head(marks, number) {
  const width = number < 0x100 && marks[0] !== null ? 0 : number < 0x10000 ? 1 : 2;
  return concat(Uint8Array.of(marks[width]), bigEndian(number, 1 << width));
}

function bigEndian(number, width) {
  const found = new Uint8Array(width);
  for (let at = width - 1; at >= 0; at--) {
    found[at] = number % 0x100;
    number = Math.floor(number / 0x100);
  }
  return found;
}

export function concat(...parts) {
  const found = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

export function same(one, other) {
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text) {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/i.test(text)) {
    throw new TypeError("not hexadecimal");
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
