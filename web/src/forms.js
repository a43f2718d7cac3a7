/*
Forms of ours: their values, and a place that says what went wrong.

A field says by `data-widget` how it is read. A fieldset is a field too: of a record
("record"), of a value that is sealed ("seal"), or of a list of records ("rows"), one
inner fieldset a row.
*/

import { hex } from "./encoding.js";
import { digestsOf } from "./hashing.js";
import { accountIn } from "./parties.js";

/** Let a function answer a form; what it throws is said beneath the form. */
export function askFor(selector, act) {
  const form = document.querySelector(selector);
  for (const rows of form.querySelectorAll("[data-widget=rows]")) letRowsGrow(rows);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    const button = event.submitter ?? form.querySelector("button");
    said.textContent = "";
    button.disabled = true;
    try {
      said.textContent = (await act(Object.fromEntries(new FormData(form)), form)) ?? "";
      form.reset();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
}

function letRowsGrow(rows) {
  const add = rows.querySelector(":scope > [data-add]");
  add.onclick = () => {
    const row = rows.querySelector(":scope > template").content.cloneNode(true);
    row.querySelector("[data-drop]").onclick = (event) =>
      event.target.closest("[data-row]").remove();
    add.before(row);
  };
  rows.closest("form").addEventListener("reset", () => {
    for (const row of rows.querySelectorAll(":scope > [data-row]")) row.remove();
  });
}

/** What a person wrote in an operation's form, by each field's widget. */
export async function argumentsOf(form, hash) {
  const found = {};
  for (const field of fieldsOf(form)) {
    if (field.disabled) continue;
    const { name, dataset } = field;
    if (dataset.widget === "choice") {
      if (field.checked) (found[name] ??= []).push(field.value);
      continue;
    }
    const value = (await READ[dataset.widget]?.(field, hash)) ?? field.value;
    const isList = typeof value === "object" && value !== null;
    const isEmpty = value === "" || (isList && Object.keys(value).length === 0);
    if (!isEmpty || isWanted(field)) found[name] = value;
  }
  return found;
}

/** The fields of a form, a record or a row, without those inside its own fieldsets. */
export const fieldsOf = (within) =>
  [...within.querySelectorAll("[data-widget]")].filter(
    (field) => field.parentElement.closest("form, [data-row], [data-widget]") === within,
  );

/** Whether an argument must be there, even empty. A file's digest cannot be empty. */
const isWanted = ({ dataset }) =>
  dataset.required === "true" && dataset.widget !== "file";

const READ = {
  checkbox: (field) => field.checked,
  date: (field) => field.value,
  datetime: (field) => instant(field.value),
  file: async (field, hash) =>
    (await digests(field, hash))[0] ??
    field.closest("p").querySelector("[data-digest]")?.value.trim() ?? "",
  files: digests,
  list: (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean),
  party: (field) => accountIn(field.value),
  seal: (field, hash) =>
    field.querySelector("[data-commitment]").value.trim() || argumentsOf(field, hash),
  minutes: (field) => minutesFromNow(field.value),
  record: argumentsOf,
  rows: (field, hash) =>
    Promise.all(
      [...field.querySelectorAll(":scope > [data-row]")].map((row) =>
        argumentsOf(row, hash),
      ),
    ),
};

async function digests(field, hash) {
  return (await digestsOf(field, hash)).map(hex);
}

/** A clock in Beijing, as the pages show it, in UTC. */
const instant = (written) =>
  written ? new Date(`${written}+08:00`).toISOString().replace(".000Z", "Z") : written;

const minutesFromNow = (minutes) =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, "Z");
