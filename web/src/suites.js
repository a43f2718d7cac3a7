/*
Suites: which digest a chain has, and which signature a key of this length makes.

    intl   Ed25519 · SHA-256     @noble/curves, @noble/hashes
    sm     SM2 · SM3             sm-crypto-v2
    pq     ML-DSA-65 · SHA-256   @noble/post-quantum

A verdict never depends on the edges where Ed25519 verifiers differ: members' keys are
made by honest software, and a signature that only some accept is no member's.
*/

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { hashSm3, sm2 } from "sm-crypto-v2";

import { hex } from "./encoding.js";

export const IDENTITY = "1234567812345678"; // GB/T 32918.2: the default of a signer's identity

/** Of bytes at once, or piece by piece: `create()`, `update(bytes)`, `digest()`. */
export const DIGESTS = { intl: sha256, sm: hashSm3, pq: sha256 };

const KINDS = [
  {
    suite: "intl", key: 32, signature: 64,
    check: (key, message, signature) =>
      ed25519.verify(signature, message, key, { zip215: false }),
  },
  {
    suite: "sm", key: 64, signature: 64,
    check: (key, message, signature) =>
      sm2.doVerifySignature(message, hex(signature), "04" + hex(key), {
        hash: true, userId: IDENTITY,
      }),
  },
  {
    suite: "pq", key: 1952, signature: 3309,
    check: (key, message, signature) => ml_dsa65.verify(signature, message, key),
  },
];

/** The one suite that all these keys are of; empty if there is no one suite. */
export function suiteOf(keys) {
  const names = new Set(keys.map((key) => kindOf(key)?.suite ?? ""));
  return names.size === 1 ? [...names][0] : "";
}

function kindOf(key) {
  return KINDS.find((kind) => kind.key === key.length);
}

/** Whether a signature fits; false for any malformed bytes. */
export function verifySignature(key, message, signature) {
  const kind = kindOf(key);
  if (!kind || kind.signature !== signature.length) return false;
  try {
    return kind.check(key, message, signature) === true;
  } catch {
    return false;
  }
}
