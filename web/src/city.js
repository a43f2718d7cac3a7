/*
What the pages ask of the city that served them: bytes to sign, and where to send them.

The node makes the bytes; the browser takes them apart again before it signs, and signs
nothing but the one call that the person sees.
*/

import { NotCanonical, concat, decode, hex, same, unhex } from "./encoding.js";

const ENVELOPE = new TextEncoder().encode("huabiao envelope\0");
const SESSION = new TextEncoder().encode("huabiao session\0");
const LONGEST_VALIDITY = 10 * 60 * 1000;

/** What the city would not take; `field` names the field that it is about, if one is. */
export class Refused extends Error {
  constructor(sentence, field = "") {
    super(sentence);
    this.field = field;
  }
}

async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const document = await answer.json();
  if (!answer.ok) {
    const sentence = [document.detail, document.todo].filter(Boolean).join(" ");
    throw new Refused(sentence, document.field);
  }
  return document;
}

/** The bytes for one call, taken apart: {body, call, openings}. */
export async function prepare(chain, signer, asked, isSecret) {
  const address = isSecret ? "/api/vault/prepare" : "/api/prepare";
  const made = await post(address, { signer: hex(signer), calls: [asked] });
  const body = unhex(made.body);
  const hidden = new Set((made.openings ?? []).map((each) => each.field));
  return { body, call: checked(body, chain, signer, asked, hidden), openings: made.openings };
}

/**
 * The call in the bytes; Refused unless they say what was asked, and nothing else.
 * `hidden` are the personal and secret arguments, which the bytes only commit to.
 */
export function checked(body, chain, signer, asked, hidden, now = Date.now()) {
  let fields;
  try {
    fields = decode(body);
  } catch (error) {
    if (error instanceof NotCanonical) throw other();
    throw error;
  }
  const [version, name, key, until, , calls] = fields;
  const [call, ...kept] = calls;
  const [contract, operation, id, given] = call;
  const isAsked =
    version === 1 && name === chain && same(key, signer) &&
    until <= now + LONGEST_VALIDITY &&
    contract === asked.contract && operation === asked.operation && id === asked.key &&
    Array.from(given).every(
      ([field, value]) =>
        field in asked.arguments &&
        (hidden.has(field) || says(value, asked.arguments[field])),
    ) &&
    kept.every((each) => each[0] === "privacy" && each[1] === "keep");
  if (!isAsked) throw other();
  return { contract, operation, id, given };
}

/** Whether every part of a stored value was written by the person in some spelling. */
function says(value, written) {
  const spelled = new Set(leaves(written).flatMap(spellings));
  return leaves(value).every((leaf) => isEmpty(leaf) || spelled.has(plainly(leaf)));
}

function leaves(value) {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (value instanceof Map) return Array.from(value.values()).flatMap(leaves);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) {
    return [value];
  }
  return Object.values(value).flatMap(leaves);
}

/** What a record's field has that nobody wrote: its default. */
const isEmpty = (leaf) =>
  leaf === null || leaf === 0 || leaf === "" || leaf === false || leaf.length === 0;
const plainly = (leaf) => (leaf instanceof Uint8Array ? hex(leaf) : String(leaf));

/** How a stored value may come of what was written: days, instants, accounts, hex. */
function spellings(written) {
  const text = String(written).trim();
  const found = [String(written), text, text.toLowerCase()];
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const milliseconds = Date.parse(text);
    found.push(String(milliseconds), String(Math.floor(milliseconds / 86400000)));
  }
  if (/^hb1[0-9a-f]{44}$/.test(text)) found.push(text.slice(3, 43));
  if (/^[+-]?\d+$/.test(text)) found.push(String(BigInt(text)));
  return found;
}

const other = () =>
  new Refused(
    "节点给出的内容不是所要签的，没有签署。" +
      " The node's bytes are not what was asked for; nothing was signed.",
  );

/** Sign prepared bytes and send them; the outcome. */
export async function send(signer, { body, openings }) {
  const signed = {
    body: hex(body), signature: hex(signer.sign(concat(ENVELOPE, body))),
  };
  return openings?.length
    ? post("/api/vault/envelopes", { ...signed, openings })
    : post("/api/envelopes/signed", signed);
}

/** Prove a key; a session's token. Only a session's own message is signed. */
export async function session(chain, signer) {
  const { challenge } = await post("/api/session/challenge", {});
  const message = concat(
    SESSION, new TextEncoder().encode(chain), Uint8Array.of(0), unhex(challenge),
  );
  const answer = { challenge, public: hex(signer.public), signature: hex(signer.sign(message)) };
  return (await post("/api/session", answer)).token;
}

/** A signed value for people. */
export function shown(value) {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (value instanceof Map) {
    return Array.from(value, ([name, each]) => `${name}=${shown(each)}`).join(", ");
  }
  return value === null ? "—" : String(value);
}

