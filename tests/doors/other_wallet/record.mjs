// How tests/vectors/other_wallet.json was made, the same at each run:
//     npm ci && node record.mjs > ../../vectors/other_wallet.json
import { readFileSync } from "node:fs";
import { setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { Openid4vpVerifier } from "@openid4vc/openid4vp";
import { encodeList, signCredential, signPresentation } from "./integrity.mjs";
import { callbacksOf, keyOf, resolverAt } from "./keys.mjs";
import { sdJwts } from "./sd_jwts.mjs";

const now = 1_790_000_000, until = now + 300, day = new Date(now * 1000);
const shown = (seconds) => new Date(seconds * 1000).toISOString().replace(".000", "");
const audience = "https://desk.example", nonce = "recorded-nonce-000001";
const [issuer, holder, verifier] = await Promise.all(
  ["a1", "b2", "c3"].map((each) => keyOf({ seed: each.repeat(32) })),
);
const resolve = resolverAt("nowhere");

async function keyProof() {
  const type = "PilotLicence";
  const credentialIssuer = { credential_issuer: audience,
    credential_configurations_supported: { [type]: { format: "dc+sd-jwt", vct: type } } };
  const client = new Openid4vciClient({ callbacks: callbacksOf(holder, resolve) });
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata: { credentialIssuer, authorizationServers: [],
      knownCredentialConfigurations: credentialIssuer.credential_configurations_supported },
    signer: { method: "jwk", alg: "EdDSA", publicJwk: holder.publicJwk },
    nonce, issuedAt: day, credentialConfigurationId: type,
  });
  return jwt;
}

async function request() {
  const callbacks = callbacksOf(verifier, resolve);
  const made = await new Openid4vpVerifier({ callbacks }).createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: {
      response_type: "vp_token", response_mode: "direct_post", nonce, state: "s".repeat(22),
      client_id: `decentralized_identifier:${verifier.did}`,
      response_uri: "https://verifier.example/response",
      dcql_query: { credentials: [{ id: "licence", format: "dc+sd-jwt",
        meta: { vct_values: ["PilotLicence"] }, claims: [{ path: ["name"] }] }] },
    },
    jar: { requestUri: "https://verifier.example/request", expiresInSeconds: 300, now: day,
      jwtSigner: { method: "did", didUrl: verifier.method, alg: "EdDSA" },
      additionalJwtPayload: { aud: "https://self-issued.me/v2" } },
  });
  return made.jar.authorizationRequestJwt;
}

async function sdJwtVc() {
  let count = 0;
  const instance = (key) => sdJwts(key, resolve, (length) => Buffer.alloc(length, ++count));
  const credential = await instance(issuer).issue(
    { iss: issuer.did, vct: "PilotLicence", sub: holder.did, nbf: now, exp: until,
      cnf: { jwk: holder.publicJwk }, name: "赵机长", level: 3, ratings: ["A320", "C919"] },
    { _sd: ["name", "level"], _sd_decoy: 2, ratings: { _sd: [0, 1] } },
    { header: { kid: issuer.method } },
  );
  const presentation = await instance(holder).present(
    credential, { name: true, ratings: { 1: true } },
    { kb: { payload: { iat: now, aud: audience, nonce } } },
  );
  return { credential, presentation };
}

const list = "https://issuer.example/status/1";

function signed(id, type, credentialSubject, more = {}) {
  const { did, method } = issuer;
  return signCredential({ seed: "a1".repeat(32), did, method, date: day, credential: {
    "@context": ["https://www.w3.org/ns/credentials/v2"], id,
    type: ["VerifiableCredential", type], issuer: did,
    validFrom: shown(now), validUntil: shown(until), credentialSubject, ...more,
  } });
}

const licence = (index) => signed(
  `urn:example:licence:${index}`, "PilotLicence", { id: holder.did, name: "赵机长" },
  { credentialStatus: { id: `${list}#${index}`, type: "BitstringStatusListEntry",
    statusPurpose: "revocation", statusListIndex: String(index),
    statusListCredential: list } },
);

async function integrity() {
  const credential = await licence(7), revoked = await licence(8);
  const presentation = await signPresentation({
    seed: "b2".repeat(32), did: holder.did, method: holder.method, date: day,
    credentials: [credential], challenge: nonce, domain: audience,
  });
  const encodedList = await encodeList({ places: [8, 4_711], length: 131_072 });
  const statusList = await signed(list, "BitstringStatusListCredential",
    { id: `${list}#list`, type: "BitstringStatusList", statusPurpose: "revocation", encodedList });
  return { credential, revoked, presentation, statusList };
}

setGlobalConfig({ allowInsecureUrls: false });
const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));
const vectors = {
  source: "tests/doors/other_wallet/record.mjs", packages: dependencies,
  now, audience, nonce, issuer: issuer.did, holder: holder.did, verifier: verifier.did,
  keyProof: await keyProof(), request: await request(), sdJwtVc: await sdJwtVc(),
  integrity: await integrity(),
};
process.stdout.write(`${JSON.stringify(vectors, null, 1)}\n`);
