/*
The forms of what this person may do next: a record's page, a scenario's, the wallet.

A form with `data-draw` is given its id there when it is signed: a code's permit, whose
digits are shown once the chain has it. `data-after` is where to go then.
*/

import { hex } from "./encoding.js";
import { argumentsOf, askFor } from "./forms.js";
import { signAndSend } from "./signing.js";
import { DIGESTS } from "./suites.js";

const { chain, suite } = document.querySelector("main [data-chain]").dataset;
const digest = (bytes) => hex(DIGESTS[suite](bytes));

async function act(_, form) {
  const { contract, operation, key, draw, after } = form.dataset;
  const drawn = draw ? await drawnFrom(draw) : null;
  const id = drawn?.permit || key || form.elements["@key"]?.value || "";
  const given = await argumentsOf(form, digest);
  const isSecret = Object.keys(given).some((name) =>
    ["personal", "secret"].includes(widgetOf(form, name)),
  );
  const asked = { contract, operation, key: id, arguments: given };
  const outcome = await signAndSend({ chain, suite }, asked, isSecret);
  if (outcome === null) return;
  if (!outcome.accepted) throw new Error(outcome.sentence || outcome.code);
  if (drawn) {
    form.querySelector("output").textContent = drawn.code.replace(/(?=.{4}$)/, " ");
    return;
  }
  const where = id ? `/scenarios/${contract}/${encodeURIComponent(id)}` : "";
  window.location.assign(after || where || window.location.href);
}

const widgetOf = (form, name) =>
  form.querySelector(`[data-widget][name="${CSS.escape(name)}"]`).dataset.widget;

async function drawnFrom(address) {
  const answer = await fetch(address, { method: "POST" });
  if (answer.ok) return answer.json();
  const { detail, todo } = await answer.json();
  throw new Error([detail, todo].filter(Boolean).join(" "));
}

for (const form of document.querySelectorAll("form[data-operation]")) {
  askFor(`#${form.id}`, act);
}
