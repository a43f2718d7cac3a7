/*
Sealed values: committed to here, kept here, and opened here when they are revealed.

The commitment is that of huabiao/contracts/parts/sealed.py. What is kept, and saved as a
file, is shut by the passphrase of the key that sealed it; the node never has it before
it is revealed.
*/

import { concat, encode, hex, unhex } from "./encoding.js";
import { forgetSeal, keepSeal, keptSeals } from "./keybook.js";
import { plain } from "./plain.js";
import { DIGESTS } from "./suites.js";

const DOMAIN = new TextEncoder().encode("huabiao sealed\0");
const TYPE = "huabiao sealed value";
const SALT = 32, LARGEST = 262144;
const TEXTS = ["chain", "contract", "part", "subject", "account", "commitment", "made"];

export class BadSeal extends Error {}

/** The commitment to a value, in hexadecimal; `digest` is the chain's. */
export function commitmentTo(place, account, salt, stored, digest) {
  const { contract, part, subject } = place;
  const message = [contract, part, subject, unhex(account), salt, stored];
  return hex(digest(concat(DOMAIN, encode(message))));
}

/**
 * Seal what was written and keep it; the fields of its file. `place` has chain, founding,
 * contract, part and subject, `value` the name and the kinds of the record.
 */
export async function sealValue(place, signer, value, written, now = new Date()) {
  const stored = plain(value.name, written, value.kinds);
  const salt = crypto.getRandomValues(new Uint8Array(SALT));
  const digest = DIGESTS[place.founding];
  const commitment = commitmentTo(place, signer.account, salt, stored, digest);
  const { chain, contract, part, subject } = place;
  const told = {
    version: 1, type: TYPE, chain, contract, part, subject, account: signer.account,
    commitment, made: now.toISOString().slice(0, 19) + "Z",
  };
  const inside = JSON.stringify({ value: written, salt: hex(salt) });
  const sealed = hex(signer.seal(new TextEncoder().encode(inside), about(told)));
  const fields = { ...told, sealed };
  await keepSeal(fields);
  return fields;
}

/** What a kept value is: {value, salt}; BadSeal with another key than the one it is of. */
export function openSeal({ sealed, ...told }, signer) {
  try {
    const inside = signer.open(unhex(sealed), about(told));
    return JSON.parse(new TextDecoder().decode(inside));
  } catch {
    throw new BadSeal(
      "这把密钥打不开它：须用密封时的密钥。 Not this key's: use the one that sealed it.",
    );
  }
}

/** The fields of a file's text; BadSeal if it is none. */
export function parseSeal(text) {
  try {
    const fields = JSON.parse(text);
    const fits =
      text.length <= LARGEST && fields.version === 1 && fields.type === TYPE &&
      TEXTS.every((name) => typeof fields[name] === "string") && unhex(fields.sealed);
    if (!fits) throw new TypeError("another type");
    return fields;
  } catch (error) {
    throw new BadSeal(`不是密封文件（${error.message}）。 This is no sealed file.`);
  }
}

/** The newest value that an account keeps here for a place; undefined if it has none. */
export async function findSeal(place, account) {
  const { chain, contract, part, subject } = place;
  const wanted = Object.entries({ chain, contract, part, subject, account });
  const fitting = (await keptSeals()).filter((fields) =>
    wanted.every(([name, value]) => fields[name] === value),
  );
  return fitting.sort((one, other) => one.made.localeCompare(other.made)).at(-1);
}

export { forgetSeal, keepSeal };

const about = (told) => new Map(Object.entries(told));
