// A wallet of others: OpenID4VCI and OpenID4VP by oid4vc-ts, DCQL by dcql.
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import { DcqlQuery } from "dcql";
import { callbacksOf, hash, keyOf, resolverAt } from "./keys.mjs";
import { sdJwts } from "./sd_jwts.mjs";

// Take what an offer's link leads to. `spoil`: a nonce or an audience of its own.
export async function receive({ city, seed, link, code, spoil }) {
  const key = await keyOf({ seed }), resolve = resolverAt(city);
  const client = new Openid4vciClient({ callbacks: callbacksOf(key, resolve) });
  const offer = await client.resolveCredentialOffer(link);
  const issuerMetadata = await client.resolveIssuerMetadata(offer.credential_issuer);
  const { accessTokenResponse } =
    await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer: offer, issuerMetadata, txCode: code,
    });
  const { c_nonce } = await client.requestNonce({ issuerMetadata });
  const [credentialConfigurationId] = offer.credential_configuration_ids;
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata: spoil === "audience" ? elsewhere(issuerMetadata) : issuerMetadata,
    signer: { method: "jwk", alg: "EdDSA", publicJwk: key.publicJwk },
    nonce: spoil === "nonce" ? `${c_nonce}x` : c_nonce,
    issuedAt: new Date(), credentialConfigurationId,
  });
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata, credentialConfigurationId, proofs: { jwt: [jwt] },
    accessToken: accessTokenResponse.access_token,
  });
  const [{ credential }] = credentialResponse.credentials;
  const { payload } = await sdJwts(key, resolve).verify(credential);
  const claims = await sdJwts(key, resolve).getClaims(credential);
  return { credential, claims, holder: key.did, bound: payload.cnf.jwk.x === key.publicJwk.x };
}

function elsewhere(metadata) {
  const credentialIssuer = {
    ...metadata.credentialIssuer, credential_issuer: "https://other.example",
  };
  return { ...metadata, credentialIssuer };
}

// Answer a verifier's link with what is held. `spoil` as above, or "claim".
export async function present({ city, seed, link, credential, spoil }) {
  const key = await keyOf({ seed }), resolve = resolverAt(city);
  const client = new Openid4vpClient({ callbacks: callbacksOf(key, resolve) });
  const { params } = client.parseOpenid4vpAuthorizationRequest({
    authorizationRequest: link,
  });
  const asked = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params,
  });
  const request = asked.authorizationRequestPayload;
  const [query, frame] = await chosen(sdJwts(key, resolve), asked.dcql.query, credential);
  const payload = {
    iat: Math.floor(Date.now() / 1000),
    nonce: spoil === "nonce" ? `${request.nonce}x` : request.nonce,
    aud: spoil === "audience" ? `${request.client_id}x` : request.client_id,
  };
  const disclosed = await sdJwts(key, resolve).present(credential, frame);
  const shown = await bind(
    sdJwts(key, resolve), spoil === "claim" ? withAnotherValue(disclosed) : disclosed, payload,
  );
  const answer = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: { [query]: [shown] } },
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: answer.authorizationResponsePayload,
  });
  return {
    verifier: asked.client.identifier, version: asked.version,
    status: response.status, answer: await response.json(),
  };
}

// The first query that the credential answers, and what of it to show.
async function chosen(instance, asked, credential) {
  const claims = await instance.getClaims(credential);
  const query = DcqlQuery.parse(asked);
  DcqlQuery.validate(query);
  const result = DcqlQuery.query(query, [{
    credential_format: "dc+sd-jwt", vct: claims.vct, claims,
    cryptographic_holder_binding: true,
  }]);
  if (!result.can_be_satisfied) throw new Error("the wallet has not what is asked for");
  const [[id, match]] = Object.entries(result.credential_matches);
  const wanted = match.valid_credentials[0].claims.valid_claim_sets[0].output;
  const hidden = await instance.presentableKeys(credential);
  return [id, frameOf(wanted, hidden)];
}

// Disclosures stand at `hidden` (a.b); one is shown where it leads to what is wanted.
function frameOf(wanted, hidden) {
  const frame = {};
  for (const each of hidden) {
    const steps = each.split(".");
    if (steps.reduce((at, step) => at?.[step], wanted) === undefined) continue;
    steps.slice(0, -1).reduce((at, step) => (at[step] ??= {}), frame)[steps.at(-1)] = true;
  }
  return frame;
}

// What is disclosed, with the holder's signature over it for one verifier.
async function bind(instance, disclosed, payload) {
  const digest = Buffer.from(hash(disclosed, "sha-256")).toString("base64url");
  const binding = await instance.createKBJwt({ payload }, digest);
  return disclosed + binding.encodeJwt();
}

// Each disclosure says something else than was signed for.
function withAnotherValue(credential) {
  const [token, ...disclosures] = credential.split("~");
  const spoiled = disclosures.map((each) => {
    if (!each) return each;
    const [salt, name] = JSON.parse(Buffer.from(each, "base64url"));
    return Buffer.from(JSON.stringify([salt, name, "other"])).toString("base64url");
  });
  return [token, ...spoiled].join("~");
}
