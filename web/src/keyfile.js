/*
Key files in a browser: the format of huabiao/crypto/keystore.py, opened and made here.

The private key is in memory only while something is being signed. What stays in the
browser is the file, as sealed as on a disk.
*/

import { gcm } from "@noble/ciphers/aes.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { kdf, sm2, sm4 } from "sm-crypto-v2";

import { concat, encode, hex, unhex } from "./encoding.js";
import { DIGESTS, IDENTITY } from "./suites.js";

const NONCE = 12, TAG = 16, KEY = 32, LARGEST = 65536;
const SCRYPT = { n: 2 ** 14, r: 8, p: 1 };
const MOST = { n: 2 ** 20, r: 32, p: 16 }, MOST_MEMORY = 2 ** 28;
const DAYS = 730;
const random = (size) => crypto.getRandomValues(new Uint8Array(size));
const utf8 = (text) => new TextEncoder().encode(text);

export class BadKeyFile extends Error {}

/** The fields of a key file's text; BadKeyFile if it is none. */
export function parseKeyFile(text) {
  try {
    const fields = JSON.parse(text);
    const { n, r, p, name, salt } = fields.kdf;
    const costs = Object.entries({ n, r, p });
    const bounded =
      costs.every(([cost, x]) => Number.isSafeInteger(x) && x > 0 && x <= MOST[cost]) &&
      128 * n * r <= MOST_MEMORY;
    const fits =
      text.length <= LARGEST && fields.version === 1 && SEALS[fields.suite] &&
      typeof fields.name === "string" && name === "scrypt" && bounded;
    for (const each of [fields.public, fields.sealed, salt]) unhex(each);
    if (!fits) throw new TypeError("unknown version, suite or cost");
    return fields;
  } catch (error) {
    throw new BadKeyFile(`不是密钥文件（${error.message}）。 This is no key file.`);
  }
}

/**
 * What signs: {suite, public, account, sign(message)}; BadKeyFile for a wrong passphrase.
 * It also seals what stays in this browser as the key itself is sealed, under the same
 * passphrase: seal(plain, told), open(sealed, told); `told` is a Map, bound to it.
 */
export async function openKeyFile(fields, passphrase) {
  const { sealed, ...told } = fields;
  const key = await stretch(passphrase, fields.kdf);
  let plain;
  try {
    plain = SEALS[fields.suite].open(key, unhex(sealed), encode(asMap(told)));
  } catch {
    throw new BadKeyFile("口令不对，或文件被改动过。 Wrong passphrase, or an altered file.");
  }
  const secret = plain.slice(1, 1 + plain[0]);
  const sign = (message) => SIGNS[fields.suite](secret, message);
  const { suite, account = address(DIGESTS[suite], unhex(fields.public)) } = fields;
  return {
    suite, public: unhex(fields.public), account, sign,
    seal: (text, about) => SEALS[suite].seal(key, text, encode(about)),
    open: (shut, about) => SEALS[suite].open(key, shut, encode(about)),
  };
}

/**
 * A new key file's text, of the suites whose recipient's key a browser can make.
 *
 * An account is a digest of the suite that the chain was founded with (`founding`): where
 * a key's own suite has another, the file says the account, as crypto/keystore.py does.
 */
export async function makeKeyFile(
  suite, name, passphrase, founding = suite, now = new Date(),
) {
  const { own, recipient } = MAKES[suite]();
  const ends = new Date(now.getTime() + DAYS * 86400000).toISOString().slice(0, 10);
  const told = {
    version: 1, suite, name, public: hex(own.public),
    recipient_public: hex(recipient.public), ends, ...accountOf(suite, own, founding),
    kdf: { name: "scrypt", salt: hex(random(16)), ...SCRYPT },
  };
  const plain = concat(Uint8Array.of(own.secret.length), own.secret, recipient.secret);
  const key = await stretch(passphrase, told.kdf);
  const sealed = SEALS[suite].seal(key, plain, encode(asMap(told)));
  return JSON.stringify({ ...told, sealed: hex(sealed) }, null, 2) + "\n";
}

function accountOf(suite, own, founding) {
  const [theirs, chains] = [suite, founding].map((name) => address(DIGESTS[name], own.public));
  return theirs === chains ? {} : { account: chains };
}

/** An account in hexadecimal; crypto/address.py. */
const address = (digest, key) =>
  hex(digest(concat(utf8("huabiao-account\0"), key)).subarray(0, 20));

export const canMake = (suite) => suite in MAKES;

function asMap(plain) {
  const isMap = (value) => typeof value === "object" && value !== null;
  const pairs = Object.entries(plain);
  return new Map(pairs.map(([name, v]) => [name, isMap(v) ? asMap(v) : v]));
}

const stretch = (passphrase, { salt, n, r, p }) =>
  scryptAsync(utf8(passphrase), unhex(salt), { N: n, r, p, dkLen: KEY });

const AES = {
  open: (key, sealed, aad) =>
    gcm(key, sealed.subarray(0, NONCE), aad).decrypt(sealed.subarray(NONCE)),
  seal(key, plain, aad) {
    const nonce = random(NONCE);
    return concat(nonce, gcm(key, nonce, aad).encrypt(plain));
  },
};

/** SM4 has keys of 16 bytes: those that crypto/sm.py derives. */
const sm4Key = (key) => kdf(concat(utf8("huabiao sm4-gcm\0"), key), 16);
const sm4Options = (iv, aad) => ({
  mode: "gcm", iv, associatedData: aad, output: "array", outputTag: true,
});
const SM4 = {
  open: (key, sealed, aad) =>
    sm4.decrypt(sealed.slice(NONCE, -TAG), sm4Key(key), {
      ...sm4Options(sealed.slice(0, NONCE), aad), tag: sealed.slice(-TAG),
    }),
  seal(key, plain, aad) {
    const nonce = random(NONCE);
    const made = sm4.encrypt(plain, sm4Key(key), sm4Options(nonce, aad));
    return concat(nonce, Uint8Array.from(made.output), Uint8Array.from(made.tag));
  },
};
const SEALS = { intl: AES, sm: SM4, pq: AES };

const SIGNS = {
  intl: (secret, message) => ed25519.sign(message, secret),
  sm: (secret, message) =>
    unhex(sm2.doSignature(message, hex(secret), { hash: true, userId: IDENTITY })),
  pq: (secret, message) => ml_dsa65.sign(message, ml_dsa65.keygen(secret).secretKey),
};

const sm2Pair = () => {
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  return { secret: unhex(privateKey.padStart(64, "0")), public: unhex(publicKey.slice(2)) };
};
const pairOf = (curve) => {
  const secret = random(KEY);
  return { secret, public: curve.getPublicKey(secret) };
};
const MAKES = {
  intl: () => ({ own: pairOf(ed25519), recipient: pairOf(x25519) }),
  sm: () => ({ own: sm2Pair(), recipient: sm2Pair() }),
};
