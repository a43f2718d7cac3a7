/*
The forms of what this person may do next: a record's page, a scenario's, the wallet.

A form with `data-draw` is given its id there when it is signed: a code's permit, whose
digits are shown once the chain has it. `data-after` is where to go then. What can only
be said once a key is open (a commitment, a value that it sealed) is said by `finish`.
*/

import { encode, hex } from "./encoding.js";
import { argumentsOf, askFor, fieldsOf } from "./forms.js";
import { findParties } from "./parties.js";
import { plain } from "./plain.js";
import { offerKept, sealedFields } from "./sealing_forms.js";
import { signAndSend } from "./signing.js";
import { DIGESTS } from "./suites.js";

/** For the tests: a value is stored alike here and in Python. */
window.huabiao = { encode, hex, plain };

const page = document.querySelector("main [data-chain]").dataset;
/** The chain keeps the digest that it was founded with, whatever its keys are of. */
const digest = DIGESTS[page.founding];

async function act(_, form) {
  const { contract, operation, key, draw, after, manner } = form.dataset;
  const drawn = draw ? await drawnFrom(draw) : null;
  const id = drawn?.permit || key || form.elements["@key"]?.value || "";
  const given = await argumentsOf(form, digest);
  const isSecret = fieldsOf(form).some(
    ({ name, dataset }) => name in given && ["personal", "secret"].includes(dataset.widget),
  );
  const asked = { contract, operation, key: id, arguments: given };
  const sealing = sealedFields(page, form, asked);
  const outcome = await signAndSend(page, asked, isSecret, form, sealing.finish);
  if (outcome === null) return null;
  if (!outcome.accepted) throw new Error(outcome.sentence || outcome.code);
  await sealing.done();
  if (drawn) {
    form.querySelector("output").textContent = drawn.code.replace(/(?=.{4}$)/, " ");
    return undefined;
  }
  // What is done without a record has no page to go to: it is said where it was done.
  if (manner === "does") return doneAt(outcome.height);
  const where = id ? `/scenarios/${contract}/${encodeURIComponent(id)}` : "";
  window.location.assign(after || where || window.location.href);
  return undefined;
}

const doneAt = (height) => `已办成，在高度 ${height}。 Done, at height ${height}.`;

async function drawnFrom(address) {
  const answer = await fetch(address, { method: "POST" });
  if (answer.ok) return answer.json();
  const { detail, todo } = await answer.json();
  throw new Error([detail, todo].filter(Boolean).join(" "));
}

for (const form of document.querySelectorAll("form[data-operation]")) {
  askFor(`#${form.id}`, act);
  if (form.dataset.reveals) await offerKept(page, form);
}
findParties(document.querySelector("main"));
