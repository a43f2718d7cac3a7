// A verifier of others at an address of its own: OpenID4VP by oid4vc-ts, DCQL by dcql.
import { createServer } from "node:http";
import { Openid4vpVerifier } from "@openid4vc/openid4vp";
import { DcqlPresentationResult, DcqlQuery } from "dcql";
import { callbacksOf, keyOf, resolverAt, sealingKey } from "./keys.mjs";
import { sdJwts, verifyShown } from "./sd_jwts.mjs";

const outcomes = new Map(); // link to what was found in the answers, the newest last

// Ask for what a DCQL query says; the link is for one wallet. `sealed` names the curve
// of the key that the answer is to be sealed for, and `contents` how.
export async function ask({ city, seed, query, nonce, state, sealed, contents }) {
  const key = await keyOf({ seed }), resolve = resolverAt(city);
  const sealing = sealed && sealingKey(sealed);
  const callbacks = callbacksOf(key, resolve, sealing);
  const verifier = new Openid4vpVerifier({ callbacks });
  const base = await listen(async (request, body) => {
    if (request.url === "/request") {
      const type = "application/oauth-authz-req+jwt";
      return [200, made.jar.authorizationRequestJwt, type];
    }
    const told = await judge(verifier, key, resolve, callbacks, made, body);
    outcomes.get(made.authorizationRequest).push(told);
    return [told.refused ? 400 : 200, JSON.stringify(told.refused
      ? { error: "invalid_request", error_description: told.refused } : {})];
  });
  const made = await verifier.createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: {
      response_type: "vp_token", nonce, state,
      response_mode: sealed ? "direct_post.jwt" : "direct_post",
      client_id: `decentralized_identifier:${key.did}`, dcql_query: query,
      response_uri: `${base}/response`,
      client_metadata: { vp_formats_supported: { "dc+sd-jwt": {
        "sd-jwt_alg_values": ["EdDSA"], "kb-jwt_alg_values": ["EdDSA"],
      } }, ...(sealed && { jwks: { keys: [sealing.publicJwk] },
        encrypted_response_enc_values_supported: contents }) },
    },
    jar: {
      requestUri: `${base}/request`, expiresInSeconds: 300,
      jwtSigner: { method: "did", didUrl: key.method, alg: "EdDSA" },
      additionalJwtPayload: { aud: "https://self-issued.me/v2" },
    },
  });
  outcomes.set(made.authorizationRequest, []);
  return { link: made.authorizationRequest, verifier: key.did };
}

// What was found in the answers to a link.
export const answers = ({ link }) => outcomes.get(link);

async function judge(verifier, key, resolve, callbacks, made, body) {
  try {
    const request = made.authorizationRequestPayload;
    const found = await verifier.parseOpenid4vpAuthorizationResponse({
      authorizationResponse: Object.fromEntries(new URLSearchParams(body)),
      authorizationRequestPayload: request, callbacks,
    });
    const shown = {};
    for (const [id, [text]] of Object.entries(found.dcql.presentations)) {
      shown[id] = await verifyShown(sdJwts(key, resolve), text, {
        nonce: found.expectedNonce, audience: request.client_id,
        now: Math.floor(Date.now() / 1000),
      });
    }
    check(request.dcql_query, shown);
    return { shown, sent: Object.fromEntries(new URLSearchParams(body)) };
  } catch (error) {
    return { refused: error.message };
  }
}

function check(asked, shown) {
  const credentials = Object.entries(shown).map(([id, claims]) => [id, [{
    credential_format: "dc+sd-jwt", vct: claims.vct, claims,
    cryptographic_holder_binding: true,
  }]]);
  const dcqlQuery = DcqlQuery.parse(asked);
  const result = DcqlPresentationResult.fromDcqlPresentation(
    Object.fromEntries(credentials), { dcqlQuery },
  );
  DcqlPresentationResult.validate(result);
}

// An address on this machine; `answer` gives status, text and type.
export async function listen(answer) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const [status, text, type = "application/json"] = await answer(request, body);
    response.writeHead(status, { "content-type": type });
    response.end(text);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}`;
}
