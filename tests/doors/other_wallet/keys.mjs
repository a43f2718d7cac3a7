// Keys, who a DID's are, and what the OpenID libraries are given to call back.
import {
  createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign,
  verify,
} from "node:crypto";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { clientAuthenticationAnonymous } from "@openid4vc/oauth2";
import { CompactSign, compactDecrypt, compactVerify, importJWK } from "jose";

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

// An Ed25519 key from its seed (hex): of a DID that is named, or a did:key.
export async function keyOf({ seed, did, method }) {
  const bytes = Buffer.from(seed, "hex");
  const pair = await Ed25519Multikey.generate({ seed: new Uint8Array(bytes) });
  const publicJwk = await Ed25519Multikey.toJwk({ keyPair: pair });
  const own = did ?? `did:key:${pair.publicKeyMultibase}`;
  return {
    did: own,
    method: method ?? `${own}#${pair.publicKeyMultibase}`,
    pair, publicJwk, privateJwk: { ...publicJwk, d: base64url(bytes) },
  };
}

// The verification method that a DID URL names, as a Multikey or a JWK: did:key by its
// own text, all others by DID Resolution at the city.
export function resolverAt(city) {
  return async (didUrl) => {
    const [did] = didUrl.split("#");
    if (did.startsWith("did:key:")) {
      const multibase = did.slice("did:key:".length);
      const id = `${did}#${multibase}`;
      const key = { id, type: "Multikey", controller: did, publicKeyMultibase: multibase };
      return { document: documentOf(did, key), key };
    }
    const answer = await fetch(`${city}/api/1.0/identifiers/${did}`);
    if (!answer.ok) throw new Error(`${did} does not resolve: ${answer.status}`);
    const { didDocument: document } = await answer.json();
    const key = (document.verificationMethod ?? []).find((each) => each.id === didUrl);
    return { document, key };
  };
}

function documentOf(did, key) {
  return {
    "@context": ["https://www.w3.org/ns/did/v1"], id: did, verificationMethod: [key],
    authentication: [key.id], assertionMethod: [key.id],
  };
}

export async function jwkOf(resolve, didUrl) {
  const { key } = await resolve(didUrl);
  if (!key) throw new Error(`there is no key ${didUrl}`);
  return Ed25519Multikey.toJwk({ keyPair: await Ed25519Multikey.from(key) });
}

export function hash(data, algorithm) {
  return new Uint8Array(createHash(algorithm.replace("-", "")).update(data).digest());
}

export function signBytes(key, data) {
  const secret = createPrivateKey({ key: key.privateJwk, format: "jwk" });
  return base64url(sign(null, Buffer.from(data), secret));
}

export function fits(jwk, data, signature) {
  const known = createPublicKey({ key: jwk, format: "jwk" });
  return verify(null, Buffer.from(data), known, Buffer.from(signature, "base64url"));
}

// A key that answers are sealed for: P-256 or X25519.
export function sealingKey(curve) {
  const kind = curve === "P-256" ? ["ec", { namedCurve: curve }] : ["x25519"];
  const made = generateKeyPairSync(...kind);
  const about = { kid: "sealing", use: "enc", alg: "ECDH-ES" };
  return { privateJwk: made.privateKey.export({ format: "jwk" }),
    publicJwk: { ...made.publicKey.export({ format: "jwk" }), ...about } };
}

// CallbackContext of @openid4vc/oauth2.
export function callbacksOf(key, resolve, sealing) {
  return {
    decryptJwe: async (jwe) => {
      const secret = createPrivateKey({ key: sealing.privateJwk, format: "jwk" });
      const { plaintext } = await compactDecrypt(jwe, secret);
      const payload = Buffer.from(plaintext).toString("utf8");
      return { decrypted: true, decryptionJwk: sealing.publicJwk, payload };
    },
    hash,
    generateRandom: (length) => new Uint8Array(randomBytes(length)),
    clientAuthentication: clientAuthenticationAnonymous(),
    signJwt: async (_, { header, payload }) => {
      const signer = new CompactSign(Buffer.from(JSON.stringify(payload)));
      signer.setProtectedHeader(header);
      const jwt = await signer.sign(await importJWK(key.privateJwk, "EdDSA"));
      return { jwt, signerJwk: key.publicJwk };
    },
    verifyJwt: async (signer, { compact }) => {
      const signerJwk = signer.method === "did"
        ? await jwkOf(resolve, signer.didUrl) : signer.publicJwk;
      try {
        await compactVerify(compact, await importJWK(signerJwk, "EdDSA"));
      } catch {
        return { verified: false, signerJwk };
      }
      return { verified: true, signerJwk };
    },
  };
}
