/*
The dialog in which a person signs: what is signed, with which key, and the passphrase.

One dialog stands in each page that has forms; nothing is signed without it.
*/

import { prepare, send, session } from "./city.js";
import { names } from "./parties.js";
import { BadKeyFile, openKeyFile } from "./keyfile.js";
import { keptKeys } from "./keybook.js";

const dialog = () => document.querySelector("dialog#signing");

/** Let the person choose a key and open it; null if they think better of it. */
export async function askForKey(suite, lines) {
  const shownDialog = dialog();
  const { elements } = shownDialog.querySelector("form");
  const keys = (await keptKeys()).filter((each) => each.suite === suite);
  elements.key.replaceChildren(
    ...keys.map((each) => new Option(`${each.name} · ${each.public.slice(0, 12)}…`, each.public)),
  );
  shownDialog.querySelector("[data-none]").hidden = keys.length > 0;
  shownDialog.querySelector("dl").replaceChildren(...lines.flatMap(line));
  elements.passphrase.value = "";
  say("");
  shownDialog.showModal();
  return new Promise((resolve) => {
    shownDialog.onclose = () => resolve(null);
    shownDialog.querySelector("form").onsubmit = async (event) => {
      event.preventDefault();
      if (event.submitter?.value === "cancel") return shownDialog.close();
      const chosen = keys.find((each) => each.public === elements.key.value);
      if (!chosen) return undefined;
      try {
        const signer = await openKeyFile(chosen, elements.passphrase.value);
        resolve(signer);
        elements.passphrase.value = "";
      } catch (error) {
        if (!(error instanceof BadKeyFile)) throw error;
        say(error.message);
      }
      return undefined;
    };
  });
}

const say = (words) => {
  dialog().querySelector("[role=status]").textContent = words;
};

function line([name, value]) {
  const [term, meaning] = ["dt", "dd"].map((each) => document.createElement(each));
  term.textContent = name;
  meaning.textContent = value;
  return [term, meaning];
}

/** A value as the person wrote it; the parts of a list and of a record, each by what it
 *  is called. */
function written(value, labels) {
  if (Array.isArray(value)) return value.map((each) => written(each, labels)).join("; ");
  if (names.has(value)) return `${names.get(value)} · ${value}`;
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${labels[name] ?? name}=${written(each, labels)}`)
    .join(", ");
}

/**
 * Sign one call and send it; the outcome, or null if the person closed the dialog.
 * `finish(signer)`, if there is one, completes the call's arguments once the key is open.
 * `form` says by `data-title` and `data-labels` what people call the operation and names.
 */
export async function signAndSend({ chain, suite }, asked, isSecret, form, finish) {
  const { title, labels: said } = form.dataset;
  const labels = said ? JSON.parse(said) : {};
  const told = Object.entries(asked.arguments).map(([name, value]) => [
    labels[name] ?? name,
    written(value, labels),
  ]);
  const call = `${asked.contract}.${asked.operation}`;
  const what = `${title ? `${title} (${call})` : call} ${asked.key}`;
  const signer = await askForKey(suite, [["签署 · sign", what], ...told]);
  if (!signer) return null;
  try {
    await finish?.(signer);
    const prepared = await prepare(chain, signer.public, asked, isSecret);
    return await send(signer, prepared);
  } finally {
    dialog().onclose = null;
    dialog().close();
  }
}

/** Prove a key and let the page's cookie stand for it. */
export async function signIn({ chain, suite }) {
  const signer = await askForKey(suite, [["签署 · sign", "登录十分钟 · ten minutes of reading"]]);
  if (!signer) return false;
  try {
    const token = await session(chain, signer);
    const answer = await fetch("/me", {
      method: "POST", body: new URLSearchParams({ token }), redirect: "manual",
    });
    return answer.type === "opaqueredirect" || answer.ok;
  } finally {
    dialog().onclose = null;
    dialog().close();
  }
}

