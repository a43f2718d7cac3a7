// An issuer of others at an address of its own: OpenID4VCI by oid4vc-ts.
import { randomUUID } from "node:crypto";
import { Oauth2AuthorizationServer, Oauth2ServerErrorResponseError } from "@openid4vc/oauth2";
import { Openid4vciIssuer } from "@openid4vc/openid4vci";
import { callbacksOf, keyOf, resolverAt } from "./keys.mjs";
import { sdJwts } from "./sd_jwts.mjs";
import { listen } from "./verifier.mjs";

const GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

// Offer one SD-JWT VC of a type, its claims all disclosable, under an issuer's key.
// `spoil` "claim": a disclosure says what was not signed for.
export async function offer({ city, seed, did, method, type, claims, code, spoil }) {
  const key = await keyOf({ seed, did, method }), resolve = resolverAt(city);
  const callbacks = callbacksOf(key, resolve);
  const issuer = new Openid4vciIssuer({ callbacks });
  const server = new Oauth2AuthorizationServer({ callbacks });
  const nonce = randomUUID(), token = randomUUID(), grant = randomUUID();
  const base = await listen(async (request, body) => {
    try {
      return [200, JSON.stringify(await desk(request, body))];
    } catch (error) {
      if (!(error instanceof Oauth2ServerErrorResponseError)) throw error;
      return [400, JSON.stringify(error.errorResponse)];
    }
  });
  const metadata = metadataOf(issuer, server, base, type);

  async function desk(request, body) {
    switch (request.url) {
      case "/.well-known/openid-credential-issuer": return metadata.credentialIssuer;
      case "/.well-known/oauth-authorization-server":
        return metadata.authorizationServers[0];
      case "/token": return redeem(server, metadata, request, body, { grant, code, token });
      case "/nonce": return issuer.createNonceResponse({ cNonce: nonce });
      case "/credential": {
        if (request.headers.authorization !== `Bearer ${token}`) throw new Error("token");
        const holder = await prove(issuer, metadata, JSON.parse(body), nonce);
        const credential = await sign(key, resolve, type, claims, holder);
        return issuer.createCredentialResponse({
          credentialRequest: { credentialRequest: JSON.parse(body) },
          credentials: [{ credential: spoil ? another(credential) : credential }],
        });
      }
      default: throw new Error(`nothing is at ${request.url}`);
    }
  }

  const { credentialOffer } = await issuer.createCredentialOffer({
    issuerMetadata: metadata, credentialConfigurationIds: [type],
    grants: { [GRANT]: { "pre-authorized_code": grant,
      tx_code: { input_mode: "numeric", length: code.length } } },
  });
  return { link: credentialOffer };
}

function metadataOf(issuer, server, base, type) {
  const credentialIssuer = issuer.createCredentialIssuerMetadata({
    credential_issuer: base, credential_endpoint: `${base}/credential`,
    nonce_endpoint: `${base}/nonce`,
    credential_configurations_supported: { [type]: {
      format: "dc+sd-jwt", vct: type,
      cryptographic_binding_methods_supported: ["jwk", "did:key"],
      credential_signing_alg_values_supported: ["EdDSA"],
      proof_types_supported: { jwt: { proof_signing_alg_values_supported: ["EdDSA"] } },
    } },
  });
  const own = server.createAuthorizationServerMetadata({
    issuer: base, token_endpoint: `${base}/token`,
    "pre-authorized_grant_anonymous_access_supported": true,
  });
  return { credentialIssuer, authorizationServers: [own],
    knownCredentialConfigurations:
      issuer.getKnownCredentialConfigurationsSupported(credentialIssuer) };
}

async function redeem(server, metadata, request, body, { grant, code, token }) {
  const seen = { headers: new Headers(request.headers), method: "POST",
    url: metadata.authorizationServers[0].token_endpoint };
  const parsed = server.parseAccessTokenRequest({
    request: seen, accessTokenRequest: Object.fromEntries(new URLSearchParams(body)),
  });
  await server.verifyPreAuthorizedCodeAccessTokenRequest({
    request: seen, accessTokenRequest: parsed.accessTokenRequest, grant: parsed.grant,
    authorizationServerMetadata: metadata.authorizationServers[0],
    expectedPreAuthorizedCode: grant, expectedTxCode: code,
  });
  return { access_token: token, token_type: "Bearer", expires_in: 300 };
}

// The holder's key and DID, once the key proof is this issuer's and fresh.
async function prove(issuer, metadata, credentialRequest, nonce) {
  const { proofs } = issuer.parseCredentialRequest({
    issuerMetadata: metadata, credentialRequest,
  });
  const { header, signer } = await issuer.verifyCredentialRequestJwtProof({
    issuerMetadata: metadata, jwt: proofs.jwt[0], expectedNonce: nonce,
  });
  return { did: header.kid?.split("#")[0], jwk: signer.publicJwk };
}

function sign(key, resolve, vct, claims, holder) {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: key.did, vct, sub: holder.did, iat: now, nbf: now,
    exp: now + 3600, cnf: { jwk: holder.jwk }, ...claims };
  const frame = { _sd: Object.keys(claims), _sd_decoy: 2 };
  return sdJwts(key, resolve).issue(payload, frame, { header: { kid: key.method } });
}

function another(credential) {
  const [token, , ...others] = credential.split("~");
  const made = Buffer.from(JSON.stringify(["c2FsdA", "name", "other"]));
  return [token, made.toString("base64url"), ...others].join("~");
}
