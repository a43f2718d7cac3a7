// Data Integrity (eddsa-jcs-2022) and Bitstring Status Lists by Digital Bazaar.
import { named as contexts } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import {
  createSignCryptosuite, createVerifyCryptosuite,
} from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import * as statusLists from "@digitalbazaar/vc-bitstring-status-list";
import { keyOf, resolverAt } from "./keys.mjs";

// Contexts come from the package, everything else from the city, nothing from elsewhere.
function loaderOf(city) {
  const known = new Map([...contexts.values()].map((each) => [each.id, each.context]));
  const resolve = resolverAt(city);
  return async (url) => {
    if (known.has(url)) return { documentUrl: url, document: known.get(url) };
    if (url.startsWith("did:")) return { documentUrl: url, document: await named(resolve, url) };
    if (!url.startsWith(`${city}/`)) throw new Error(`${url} is not of this machine`);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return { documentUrl: url, document: await answer.json() };
  };
}

async function named(resolve, url) {
  const { document, key } = await resolve(url);
  if (!url.includes("#")) return document;
  if (!key) throw new Error(`there is no key ${url}`);
  return { "@context": "https://w3id.org/security/multikey/v1", ...key };
}

const verifying = () => new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() });

// Whether a credential's proof holds, and that of the status list that it names, and
// its bit there is not set. The node publishes the list for the issuer, hence false.
export async function verifyCredential({ city, credential }) {
  return judged(await vc.verifyCredential({
    credential, suite: verifying(), documentLoader: loaderOf(city), checkStatus,
  }));
}

export async function verifyPresentation({ city, presentation, challenge, domain }) {
  return judged(await vc.verify({
    presentation, challenge, domain, suite: verifying(), documentLoader: loaderOf(city),
    checkStatus,
  }));
}

async function checkStatus(asked) {
  const found = await statusLists.checkStatus({
    ...asked, suite: verifying(), verifyMatchingIssuers: false,
  });
  const set = found.results?.find((each) => each.status);
  if (!set) return found;
  const { statusPurpose, statusListIndex } = set.credentialStatus;
  return { verified: false, error: new Error(`${statusPurpose} is set at ${statusListIndex}`) };
}

function judged(found) {
  if (found.verified) return { verified: true };
  const errors = [found.error, found.statusResult?.error, found.presentationResult?.error];
  const told = errors.filter(Boolean).flatMap((each) => [each, ...(each.errors ?? [])]);
  throw new Error(told.map((each) => each.message).join(" | ") || JSON.stringify(found));
}

export async function signCredential({ city, seed, did, method, credential, date }) {
  const suite = await signing({ seed, did, method, date });
  return vc.issue({ credential, suite, now: date, documentLoader: loaderOf(city) });
}

export async function signPresentation({
  city, seed, did, method, credentials, challenge, domain, date,
}) {
  const presentation = vc.createPresentation({
    verifiableCredential: credentials, holder: did, now: date,
  });
  return vc.signPresentation({
    presentation, challenge, domain, suite: await signing({ seed, did, method, date }),
    documentLoader: loaderOf(city),
  });
}

async function signing({ date, ...facts }) {
  const { did, method, pair } = await keyOf(facts);
  Object.assign(pair, { id: method, controller: did });
  return new DataIntegrityProof({
    date, signer: pair.signer(), cryptosuite: createSignCryptosuite(),
  });
}

// A list of others with the bits at these places set: its encodedList.
export async function encodeList({ places, length }) {
  const list = await statusLists.createList({ length });
  places.forEach((each) => list.setStatus(each, true));
  return list.encode();
}

// The places that are set in a list of ours.
export async function readList({ text, length }) {
  const list = await statusLists.decodeList({ encodedList: text });
  return Array.from({ length }, (_, at) => at).filter((at) => list.getStatus(at));
}
