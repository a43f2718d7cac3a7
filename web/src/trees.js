/*
The two trees: the Merkle tree of a block (RFC 9162 section 2.1.3.2), and the radix tree
of the state. The same as huabiao/proofs/merkle.py and radix.py, which tell them at length.
*/

import { NotCanonical, concat, decode, same } from "./encoding.js";

const HASH = 32, ENTRY = 64, MOST_ENTRIES = 32, DEEPEST = 64;
const ABSENT = new Uint8Array(HASH);
const prefixed = (digest, byte, ...parts) => digest(concat(Uint8Array.of(byte), ...parts));

export const leafHash = (digest, data) => prefixed(digest, 0, data);

/** The root that a path leads to; null if it is malformed for this index and size. */
export function rootFromInclusion(digest, leaf, index, size, path) {
  const whole = [index, size].every(Number.isSafeInteger);
  if (!whole || !(0 <= index && index < size)) return null;
  if (![leaf, ...path].every((each) => each.length === HASH)) return null;
  let here = index, last = size - 1, reached = leaf;
  const half = (number) => Math.floor(number / 2);
  for (const sibling of path) {
    if (last === 0) return null;
    if (here % 2 || here === last) {
      reached = prefixed(digest, 1, sibling, reached);
      while (here && here % 2 === 0) [here, last] = [half(here), half(last)];
    } else {
      reached = prefixed(digest, 1, reached, sibling);
    }
    [here, last] = [half(here), half(last)];
  }
  return last === 0 ? reached : null;
}

const halfByte = (hash, depth) =>
  depth & 1 ? hash[depth >> 1] & 15 : hash[depth >> 1] >> 4;

/** Whether a proof shows that a key has a value under a root; null: that it is absent. */
export function verifyState(digest, root, key, value, proof) {
  let levels, leaf;
  try {
    [levels, leaf] = shaped(decode(proof));
  } catch (error) {
    if (error instanceof NotCanonical) return false;
    throw error;
  }
  const keyHash = digest(key);
  const found = valueIn(leaf, keyHash, levels.length);
  const wanted = value === null ? new Uint8Array() : prefixed(digest, 2, value);
  if (found === null || !same(found, wanted)) return false;
  let reached = leaf.length || !levels.length ? prefixed(digest, 0, leaf) : ABSENT;
  for (let depth = levels.length - 1; depth >= 0; depth--) {
    reached = parent(digest, levels[depth], halfByte(keyHash, depth), reached);
    if (reached === null) return false;
  }
  return same(reached, root);
}

function shaped(plain) {
  const isLevel = (each) =>
    Array.isArray(each) && each.length === 2 && Number.isSafeInteger(each[0]) &&
    each[1] instanceof Uint8Array;
  const fits =
    Array.isArray(plain) && plain.length === 2 && Array.isArray(plain[0]) &&
    plain[0].length <= DEEPEST && plain[0].every(isLevel) &&
    plain[1] instanceof Uint8Array;
  if (!fits) throw new NotCanonical("no state proof");
  return plain;
}

/** The entry's value hash, empty if there is none; null if the leaf is malformed. */
function valueIn(leaf, keyHash, depth) {
  if (leaf.length % ENTRY || leaf.length > MOST_ENTRIES * ENTRY) return null;
  let found = new Uint8Array(), last = null;
  for (let start = 0; start < leaf.length; start += ENTRY) {
    const key = leaf.subarray(start, start + HASH);
    if (last !== null && !below(last, key)) return null;
    for (let n = 0; n < depth; n++) {
      if (halfByte(key, n) !== halfByte(keyHash, n)) return null;
    }
    if (same(key, keyHash)) found = leaf.subarray(start + HASH, start + ENTRY);
    last = key;
  }
  return found;
}

function below(one, other) {
  const at = one.findIndex((byte, n) => byte !== other[n]);
  return at >= 0 && one[at] < other[at];
}

/** An inner node's hash from its proof level and the child on the way. */
function parent(digest, [present, siblings], own, reached) {
  const isThere = !same(reached, ABSENT);
  if (present <= 0 || present >= 0x10000) return null;
  if (Boolean((present >> own) & 1) !== isThere) return null;
  const children = [];
  let at = 0;
  for (let n = 0; n < 16; n++) {
    if (n === own) children.push(reached);
    else if ((present >> n) & 1) {
      const sibling = siblings.subarray(at, at + HASH);
      if (sibling.length !== HASH || same(sibling, ABSENT)) return null;
      children.push(sibling);
      at += HASH;
    } else children.push(ABSENT);
  }
  return at === siblings.length ? prefixed(digest, 1, ...children) : null;
}
