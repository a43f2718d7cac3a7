/*
A party by name: whom the city knows, and one's own contacts, while one types.

An editable combobox with a list (ARIA Authoring Practices): it opens when one types or
presses the arrow down; arrows walk, Enter takes, Escape closes, Tab goes on. The field then has the account, which is what is signed; its
name stands beneath, and in the dialog. An input with `data-adds` adds a line instead.
*/

const WAIT_MS = 200;
const ACCOUNT = /^hb1[0-9a-f]{44}$/;
const NOBODY = "没有找到，可填账户。 Nobody found; an account may be written.";

/** The names of the accounts that were chosen on this page. */
export const names = new Map();
let made = 0;

/** An account, or what to do; what stands in a party's field. */
export function accountIn(written) {
  const account = written.trim();
  if (account === "" || ACCOUNT.test(account)) return account;
  throw new Error(
    `“${account}”不是账户：请从列表中选，或填 hb1…。` +
      ` '${account}' is no account: choose from the list, or write hb1….`,
  );
}

/** Let the parties in all forms of a page be found, also in rows that come later. */
export function findParties(main) {
  main.addEventListener("focusin", ({ target }) => {
    const isParty = target.matches("input[data-widget=party], input[data-adds]");
    if (isParty && !target.hasAttribute("role")) new Finder(target);
  });
}

const nameOf = ({ name, zh, en }) =>
  name || (document.documentElement.lang === "en" ? en : zh);

class Finder {
  constructor(input) {
    this.input = input;
    this.asked = 0;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `found-${++made}`, className: "found", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "找到的 · found");
    this.said = document.createElement("span");
    this.said.className = "small";
    this.said.setAttribute("aria-live", "polite");
    input.closest("label").after(this.list, this.said);
    this.list.parentElement.classList.add("finds");
    const told = {
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.list.id,
    };
    for (const [name, value] of Object.entries(told)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    input.form.addEventListener("reset", () => this.close(""));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.take(option);
    });
  }

  wait() {
    this.said.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  /** Ask whom the words mean; `walks` into the list when it comes. */
  async ask(walks = false) {
    clearTimeout(this.timer);
    const number = ++this.asked;
    const written = this.input.value.trim();
    const scenario = this.input.form.dataset.contract;
    const query = new URLSearchParams({ q: written.slice(0, 100), scenario });
    const answer = await fetch(`/me/contacts?${query}`);
    if (number !== this.asked || document.activeElement !== this.input) return;
    const told = await answer.json();
    if (!answer.ok) return this.close(told.detail);
    const whole = told.found.find((each) => each.account === written);
    if (whole) return this.known(whole);
    if (written && told.found.length === 0) {
      return this.close(ACCOUNT.test(written) ? "" : NOBODY);
    }
    this.show(told.found, walks);
  }

  show(found, walks) {
    this.list.replaceChildren(...found.map((each, n) => this.option(each, n)));
    this.open(found.length > 0);
    this.mark(walks ? this.list.firstElementChild : null);
  }

  option({ account, name, zh, en }, number) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${number}`;
    option.setAttribute("role", "option");
    option.dataset.account = account;
    option.dataset.name = nameOf({ name, zh, en });
    const short = `${account.slice(0, 11)}…`;
    for (const [element, text] of [["b", name], ["span", zh], ["span", en], ["code", short]]) {
      const part = document.createElement(element);
      part.textContent = text ? `${text} ` : "";
      if (text === zh) Object.assign(part, { className: "zh", lang: "zh-CN" });
      if (text === en) Object.assign(part, { className: "en", lang: "en" });
      option.append(part);
    }
    return option;
  }

  press(event) {
    const options = [...this.list.children];
    const at = options.findIndex((each) => each.id === this.active);
    const { key } = event;
    if (key === "ArrowDown" && this.list.hidden) this.ask(true);
    else if (key === "ArrowDown") this.mark(options[(at + 1) % options.length]);
    else if (key === "ArrowUp") this.mark(options.at(at <= 0 ? -1 : at - 1));
    else if (key === "Enter" && at >= 0) this.take(options[at]);
    else if (key === "Escape" && !this.list.hidden) this.close();
    else return;
    event.preventDefault();
  }

  mark(option) {
    this.active = option?.id;
    for (const each of this.list.children) {
      each.setAttribute("aria-selected", String(each === option));
    }
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  take({ dataset: { account, name } }) {
    names.set(account, name);
    const { adds } = this.input.dataset;
    if (adds) {
      const lines = this.input.form.elements[adds];
      lines.value = [...lines.value.split("\n").filter(Boolean), account].join("\n");
    }
    this.input.value = adds ? "" : account;
    this.close(name);
  }

  /** An account was written whole: no list, but its name. */
  known(contact) {
    names.set(contact.account, nameOf(contact));
    this.close(nameOf(contact));
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  close(said) {
    clearTimeout(this.timer);
    this.asked++;
    this.mark(null);
    this.open(false);
    if (said !== undefined) this.said.textContent = said;
  }
}
