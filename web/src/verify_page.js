/*
The page /verify: files stay in this browser; nothing is asked of any server.

The members of the city that served the page stand in it; a trust file that one holds
oneself takes their place.
*/

import { hex, unhex } from "./encoding.js";
import { digestsOf } from "./hashing.js";
import { DIGESTS, verifySignature } from "./suites.js";
import { LARGEST, hashOf, verify } from "./verify.js";

const CHINESE_END = /(?<=[。！？])\s+(?=[A-Za-z"'<(])/;

async function check(form) {
  const { proof, original, trust } = form.elements;
  const members = trust.files[0] ? await trust.files[0].text() : form.dataset.trust;
  const taken = await proof.files[0].slice(0, LARGEST + 1).arrayBuffer();
  return verify(new Uint8Array(taken), members, await digestOf(original, members));
}

/** The digest of the original file, as the chain that is trusted makes it. */
async function digestOf(field, trust) {
  const hash = hashOf(trust);
  return hash && field.files.length ? (await digestsOf(field, hash))[0] : null;
}

function show(place, verdict) {
  const [zh, en] = verdict.sentence.split(CHINESE_END);
  const notice = document.createElement("div");
  notice.className = `notice ${verdict.ok ? "good" : "bad"}`;
  notice.append(spoken(zh, "zh-CN"), " ", spoken(en ?? "", "en"));
  place.replaceChildren(notice, list(verdict.statement));
}

function spoken(words, language) {
  const span = document.createElement("span");
  span.lang = language;
  if (language === "en") span.className = "en";
  span.textContent = words;
  return span;
}

function list(statement) {
  const found = document.createElement("dl");
  for (const [name, value] of Object.entries(statement)) {
    const [term, meaning] = ["dt", "dd"].map((each) => document.createElement(each));
    term.textContent = name;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const code = document.createElement("code");
    code.className = "hex";
    code.textContent = text;
    meaning.append(code);
    found.append(term, meaning);
  }
  return found;
}

/** For the vectors, which run against this script and against Python alike. */
window.huabiao = { verify, hashOf, verifySignature, DIGESTS, digestsOf, hex, unhex };

const form = document.querySelector("form[data-trust]");
const place = document.querySelector("#verdict");
form.querySelector("button").disabled = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    show(place, await check(form));
  } catch (error) {
    show(place, { ok: false, sentence: error.message, statement: {} });
  } finally {
    button.disabled = false;
  }
  place.focus();
});
