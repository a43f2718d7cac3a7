// SD-JWT VCs by @sd-jwt: who signs them, and how far they are believed.
import { randomBytes } from "node:crypto";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { fits, hash, jwkOf, signBytes } from "./keys.mjs";

const part = (text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));

export function sdJwts(key, resolve, salts = (length) => randomBytes(length)) {
  return new SDJwtVcInstance({
    hasher: hash, hashAlg: "sha-256",
    saltGenerator: (length) => Buffer.from(salts(length)).toString("base64url"),
    signAlg: "EdDSA", signer: (data) => signBytes(key, data),
    kbSignAlg: "EdDSA", kbSigner: (data) => signBytes(key, data),
    // The key is the one of the issuer's DID that kid names; its DID is iss.
    verifier: async (data, signature) => {
      const [header, payload] = data.split(".").map(part);
      if (header.kid?.split("#")[0] !== payload.iss) return false;
      return fits(await jwkOf(resolve, header.kid), data, signature);
    },
    kbVerifier: (data, signature, payload) => fits(payload.cnf.jwk, data, signature),
  });
}

// One SD-JWT VC with its key binding, for this verifier and nonce, made just now.
export async function verifyShown(instance, shown, { nonce, audience, now }) {
  const found = await instance.verify(shown, { keyBindingNonce: nonce });
  if (found.kb.payload.aud !== audience) {
    throw new Error(`it is for ${found.kb.payload.aud}, not for ${audience}`);
  }
  if (Math.abs(found.kb.payload.iat - now) > 300) throw new Error("it is an old one");
  return found.payload;
}
