/* Forms of ours: their values, and a place that says what went wrong. */

/** Let a function answer a form; what it throws is said beneath the form. */
export function askFor(selector, act) {
  const form = document.querySelector(selector);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    said.textContent = "";
    button.disabled = true;
    try {
      await act(Object.fromEntries(new FormData(form)), form);
      form.reset();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
}

/** What a person wrote in an operation's form, by each field's widget. */
export async function argumentsOf(form, digest) {
  const found = {};
  for (const field of form.querySelectorAll("[data-widget]")) {
    const { name, value, dataset } = field;
    if (dataset.widget === "checkbox") found[name] = field.checked;
    else if (dataset.widget === "choice") {
      if (field.checked) (found[name] ??= []).push(value);
    } else if (dataset.widget === "minutes") found[name] = minutesFromNow(value);
    else if (dataset.widget === "file") {
      const [file] = field.files;
      if (file) found[name] = digest(new Uint8Array(await file.arrayBuffer()));
    } else if (value === "" && dataset.required !== "true") continue;
    else if (dataset.widget === "list") found[name] = value.split("\n").filter(Boolean);
    else if (dataset.widget === "record") found[name] = JSON.parse(value || "null");
    else if (dataset.widget === "datetime") found[name] = instant(value);
    else found[name] = value;
  }
  return found;
}

/** A clock in Beijing, as the pages show it, in UTC. */
const instant = (written) =>
  written ? new Date(`${written}+08:00`).toISOString().replace(".000Z", "Z") : written;

const minutesFromNow = (minutes) =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, "Z");
