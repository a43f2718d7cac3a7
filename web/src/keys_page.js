/* The page /keys: the keys of this browser: make, bring in, take away, sign in. */

import { hex, unhex } from "./encoding.js";
import { askFor } from "./forms.js";
import { forgetKey, keepKey, keptKeys, save } from "./keybook.js";
import { canMake, makeKeyFile, openKeyFile, parseKeyFile } from "./keyfile.js";
import { signIn } from "./signing.js";

/** For the tests: key files go both ways between a browser and Python. */
window.huabiao = { makeKeyFile, openKeyFile, parseKeyFile, hex, unhex };

const WARN_DAYS = 30, DAY_MS = 86400000;
const { chain, suite, founding } = document.querySelector("main [data-chain]").dataset;

async function list() {
  const row = document.querySelector("template#key").content;
  const keys = await keptKeys();
  const items = keys.map((fields) => {
    const item = row.cloneNode(true);
    item.querySelector("[data-name]").textContent = fields.name;
    item.querySelector("[data-public]").textContent = fields.public.slice(0, 24) + "…";
    item.querySelector("[data-ends]").textContent = fields.ends ?? "—";
    item.querySelector("[data-ending]").hidden = !isEnding(fields.ends);
    item.querySelector("[data-save]").onclick = () => save(fields, fields.name);
    item.querySelector("[data-forget]").onclick = () => forget(fields);
    return item;
  });
  document.querySelector("#keys").replaceChildren(...items);
}

/** Whether a key is in its last thirty days, or past them; node/key_ends.py. */
function isEnding(ends) {
  const today = new Date().toISOString().slice(0, 10);
  return Date.parse(ends) - Date.parse(today) <= WARN_DAYS * DAY_MS;
}

async function forget(fields) {
  const sentence = "此浏览器将不再有这把密钥，请确认已另存。 Forget this key? Save it first.";
  if (!window.confirm(`${fields.name}: ${sentence}`)) return;
  await forgetKey(fields.public);
  await list();
}

askFor("form#make", async (fields) => {
  const text = await makeKeyFile(suite, fields.name, fields.passphrase, founding);
  const made = parseKeyFile(text);
  await keepKey(made);
  save(made, made.name);
  await list();
});
askFor("form#bring", async (fields) => {
  await keepKey(parseKeyFile(await fields.file.text()));
  await list();
});
document.querySelector("form#make fieldset").disabled = !canMake(suite);
document.querySelector("button#enter").onclick = async () => {
  if (await signIn({ chain, suite })) window.location.assign("/me");
};
await list();
