/*
The page /verify: files stay in this browser; nothing is asked of any server.

The members of the city that served the page stand in it; a trust file that one holds
oneself takes their place.
*/

import { hex, unhex } from "./encoding.js";
import { DIGESTS, verifySignature } from "./suites.js";
import { verify } from "./verify.js";

const CHINESE_END = /(?<=[。！？])\s+(?=[A-Za-z"'<(])/;

async function chosen(form, name) {
  const file = form.elements[name].files[0];
  return file ? new Uint8Array(await file.arrayBuffer()) : null;
}

async function check(form) {
  const own = await chosen(form, "trust");
  const trust = own ? new TextDecoder().decode(own) : form.dataset.trust;
  return verify(await chosen(form, "proof"), trust, await chosen(form, "original"));
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
window.huabiao = { verify, verifySignature, DIGESTS, hex, unhex };

const form = document.querySelector("form[data-trust]");
const place = document.querySelector("#verdict");
form.querySelector("button").disabled = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  show(place, await check(form));
  place.focus();
});
