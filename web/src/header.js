/*
Headers, members and certificates, as huabiao/proofs/header.py and members.py tell them.
*/

import { NotCanonical, concat, decode, encode } from "./encoding.js";
import { verifySignature } from "./suites.js";

const text = (words) => new TextEncoder().encode(words + "\0");
const HEADER = text("huabiao header"), MEMBERS = text("huabiao members");
const CERTIFICATE = text("huabiao certificate");
const MOST_MEMBERS = 200, MOST_POWER = 2 ** 32;
export const VERSION = 1;

/** A header by its fields' names. */
export function decodeHeader(encoded) {
  const found = decode(encoded);
  const whole = (at) => Number.isSafeInteger(found[at]) && found[at] >= 0;
  const fits =
    Array.isArray(found) && found.length === 11 && [0, 3, 4].every(whole) &&
    [1, 2].every((at) => typeof found[at] === "string") &&
    found.slice(5).every((each) => each instanceof Uint8Array);
  if (!fits) throw new NotCanonical("no header");
  const [version, chain, suite, height, time, previous] = found;
  const [transactions, receipts, state, members, nextMembers] = found.slice(6);
  return {
    version, chain, suite, height, time, previous, transactions, receipts, state,
    members, nextMembers,
  };
}

export const headerHash = (digest, encoded) => digest(concat(HEADER, encoded));

/** Members as they stand in a proof: [name, public key, power] each. */
export function readMembers(plain) {
  const isMember = (each) =>
    Array.isArray(each) && each.length === 3 && typeof each[0] === "string" &&
    each[1] instanceof Uint8Array && Number.isSafeInteger(each[2]);
  if (!Array.isArray(plain) || !plain.every(isMember)) throw new NotCanonical("members");
  return plain.map(([name, key, power]) => ({ name, key, power }));
}

export function membersDigest(digest, members) {
  const plain = members.map((each) => [each.name, each.key, each.power]);
  return digest(concat(MEMBERS, encode(plain)));
}

/** In the order of names, each once, each with power, not too many. */
export function isWellFormed(members) {
  const points = (name) => Array.from(name, (sign) => sign.codePointAt(0));
  const isBefore = (one, other) => {
    const [first, second] = [points(one), points(other)];
    const at = first.findIndex((point, n) => point !== second[n]);
    return at < 0 ? first.length < second.length : first[at] < (second[at] ?? -1);
  };
  const keys = new Set(members.map((each) => each.key.join()));
  return (
    members.length > 0 && members.length <= MOST_MEMBERS &&
    members.every((each, n) => !n || isBefore(members[n - 1].name, each.name)) &&
    keys.size === members.length &&
    members.every((each) => each.power > 0 && each.power < MOST_POWER)
  );
}

/** Whether members with more than two thirds of the power signed this hash. */
export function checkCertificate(hash, certificate, members) {
  let signatures;
  try {
    signatures = decode(certificate);
  } catch {
    return false;
  }
  if (!Array.isArray(signatures)) return false;
  const message = concat(CERTIFICATE, hash);
  let power = 0, last = -1;
  for (const each of signatures) {
    if (!Array.isArray(each) || each.length !== 2) return false;
    const [number, signature] = each;
    if (!Number.isSafeInteger(number) || !(signature instanceof Uint8Array)) return false;
    if (!(last < number && number < members.length)) return false;
    last = number;
    if (!verifySignature(members[number].key, message, signature)) return false;
    power += members[number].power;
  }
  return power * 3 > members.reduce((sum, each) => sum + each.power, 0) * 2;
}
