/*
Forms that seal a value, and forms that reveal one.

Sealing: the fieldset of the value is asked for, the commitment is what is signed.
Revealing: where this browser has what was sealed, its fields need not be filled in.
*/

import { hex } from "./encoding.js";
import { keepSeal, save } from "./keybook.js";
import { findSeal, forgetSeal, openSeal, parseSeal, sealValue } from "./seals.js";

const KEPT = "此浏览器密封的值 · the value that this browser sealed";
const NOT_YOURS =
  "所选密钥不是登录所用账户的，没有签署。 This key is not of the account you signed in" +
  " with; nothing was signed.";

/**
 * What of a call waits for a key: `finish(signer)` puts it into the call's arguments;
 * `done()` follows when the chain has taken it.
 */
export function sealedFields(page, form, asked) {
  const field = form.querySelector("[data-widget=seal]");
  const written = field && asked.arguments[field.name];
  if (written && typeof written === "object") return sealing(page, field, asked, written);
  if (form.kept) return revealing(form, asked);
  return { finish: undefined, done: async () => undefined };
}

function sealing(page, field, asked, written) {
  const { part, value, kinds } = field.dataset;
  const place = {
    chain: page.chain, founding: page.founding, contract: asked.contract, part,
    subject: asked.key,
  };
  let made;
  return {
    async finish(signer) {
      if (signer.account !== page.account.slice(3, 43)) throw new Error(NOT_YOURS);
      const record = { name: value, kinds: JSON.parse(kinds) };
      made = await sealValue(place, signer, record, written);
      asked.arguments[field.name] = made.commitment;
    },
    done: async () => save(made, `sealed-${asked.contract}-${asked.key}`),
  };
}

function revealing(form, asked) {
  const { kept } = form;
  asked.arguments[form.dataset.value] = asked.arguments.salt = KEPT;
  return {
    async finish(signer) {
      const { value, salt } = openSeal(kept, signer);
      asked.arguments[form.dataset.value] = value;
      asked.arguments.salt = salt;
    },
    done: () => forgetSeal(kept.commitment),
  };
}

/** Let a form that reveals use what is kept here, and take in a file that was saved. */
export async function offerKept(page, form) {
  const place = () => ({
    chain: page.chain, contract: form.dataset.contract, part: form.dataset.reveals,
    subject: form.dataset.key || form.elements["@key"]?.value || "",
  });
  const offer = async () => {
    form.kept = await findSeal(place(), page.account.slice(3, 43));
    const notice = form.querySelector("[data-kept]");
    notice.hidden = !form.kept;
    notice.querySelector("time").textContent = form.kept?.made ?? "";
    for (const name of [form.dataset.value, "salt"]) {
      const field = form.elements[name];
      field.disabled = Boolean(form.kept);
      (field.closest("p") ?? field).hidden = field.disabled;
    }
  };
  form.querySelector("[data-save]").onclick = () =>
    save(form.kept, `sealed-${form.dataset.contract}-${place().subject}`);
  form.querySelector("[data-bring]").onchange = async ({ target }) => {
    try {
      await keepSeal(parseSeal(await target.files[0].text()));
      await offer();
      const isHere = form.kept ? "" : "这是别处或别人的密封文件。 It is of another place or account.";
      form.querySelector("[role=status]").textContent = isHere;
    } catch (error) {
      form.querySelector("[role=status]").textContent = error.message;
    }
  };
  form.elements["@key"]?.addEventListener("change", offer);
  await offer();
}
