// The exchange's numbers: which application each leads to, and the form that attaches one.

import { ask, trying } from "./api.js";
import { make, say, spaced } from "./dom.js";

const FIELDS = ["name", "voice_url", "sms_url", "status_callback"];
const FIRST_FREE = 15550100001;

export class Numbers {
  constructor(element) {
    this.element = element;
    this.list = element.querySelector("ul.numbers");
    this.form = element.querySelector("form.attach");
    this.trouble = this.form.querySelector(".trouble");
    this.known = null;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.attach();
    });
  }

  show({ numbers, account_sid: accountSid, api_url: url }) {
    say(this.element.querySelector(".account-sid"), accountSid);
    say(this.element.querySelector(".base-url"), `client.api.base_url = "${url}"`);
    if (JSON.stringify(numbers) === JSON.stringify(this.known)) return;
    this.known = numbers;
    say(this.element.querySelector("summary .count"), numbers.length ? `${numbers.length} attached` : "none yet");
    this.list.replaceChildren(...numbers.map((number) => this.row(number)));
    const field = this.form.elements.number;
    if (document.activeElement !== field) field.value = this.free();
  }

  row(number) {
    const edit = make("button", { type: "button", "aria-label": `Change ${spaced(number.number)}` }, "Change");
    const remove = make(
      "button",
      { type: "button", className: "quiet", "aria-label": `Give back ${spaced(number.number)}` },
      "Give back",
    );
    edit.addEventListener("click", () => this.edit(number));
    remove.addEventListener("click", () =>
      trying(this.trouble, () => ask("DELETE", `numbers/${encodeURIComponent(number.number)}`)),
    );
    const to = (words, url) => (url ? make("span", { className: "to" }, `${words} → `, make("code", {}, url)) : null);
    return make(
      "li",
      {},
      make("b", {}, spaced(number.number)),
      ` ${/[a-z]/i.test(number.name) ? number.name : ""} `,
      edit,
      " ",
      remove,
      to("calls", number.voice_url),
      to("texts", number.sms_url),
      to("ended calls", number.status_callback),
    );
  }

  edit(number) {
    this.form.elements.number.value = number.number;
    for (const name of FIELDS) this.form.elements[name].value = number[name];
    this.form.elements.voice_url.focus();
  }

  async attach() {
    const fields = this.form.elements;
    const number = fields.number.value.replace(/[\s()-]/g, "");
    const content = Object.fromEntries(FIELDS.map((name) => [name, fields[name].value.trim()]));
    if (!content.name) delete content.name;
    for (const field of fields) field.removeAttribute("aria-invalid");
    const made = await trying(this.trouble, () => ask("PUT", `numbers/${encodeURIComponent(number || "?")}`, content));
    if (!made) {
      this.blame();
      return;
    }
    this.form.reset();
    fields.number.value = this.free();
  }

  /** Point at the field that the refusal is about. */
  blame() {
    const name =
      ["number", ...FIELDS].find((each) => new RegExp(`^(a )?${each}\\b`, "i").test(this.trouble.textContent)) ??
      "number";
    this.form.elements[name].setAttribute("aria-invalid", "true");
    this.form.elements[name].focus();
  }

  free() {
    let number = FIRST_FREE;
    while (this.known?.some((each) => each.number === `+${number}`)) number += 1;
    return `+${number}`;
  }
}

/** Attach numbers as they were before the exchange was restarted. */
export async function attachAgain(numbers) {
  for (const { number, ...addresses } of numbers) await ask("PUT", `numbers/${encodeURIComponent(number)}`, addresses);
}
