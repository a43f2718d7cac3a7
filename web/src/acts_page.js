/* A record's page, and a scenario's: the forms of what this person may do next. */

import { hex } from "./encoding.js";
import { argumentsOf, askFor } from "./forms.js";
import { signAndSend } from "./signing.js";
import { DIGESTS } from "./suites.js";

const { chain, suite } = document.querySelector("main [data-chain]").dataset;
const digest = (bytes) => hex(DIGESTS[suite](bytes));

async function act(_, form) {
  const { contract, operation, key } = form.dataset;
  const id = key || form.elements["@key"]?.value || "";
  const given = await argumentsOf(form, digest);
  const isSecret = Object.keys(given).some((name) =>
    ["personal", "secret"].includes(form.elements[name].dataset.widget),
  );
  const asked = { contract, operation, key: id, arguments: given };
  const outcome = await signAndSend({ chain, suite }, asked, isSecret);
  if (outcome === null) return;
  if (!outcome.accepted) throw new Error(outcome.sentence || outcome.code);
  const where = id ? `/scenarios/${contract}/${encodeURIComponent(id)}` : "";
  window.location.assign(where || window.location.href);
}

for (const form of document.querySelectorAll("form[data-operation]")) {
  askFor(`#${form.id}`, act);
}
