// A phone's texts: what it sent and got, in one thread, and a line to write the next.

import { ask, trying } from "./api.js";
import { make, say, spaced } from "./dom.js";

export class Texts {
  /** `number()` is the phone's own, `to()` the one it writes to. */
  constructor(element, { number, to, trouble }) {
    this.element = element;
    this.thread = element.querySelector(".thread");
    this.shown = new Map(); // list items, by the text's SID
    this.seen = 0; // texts that had come in when the thread was last open
    const form = element.querySelector("form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const field = form.elements.body;
      const sent = await trying(trouble, () =>
        ask("POST", "messages", { from: number(), to: to(), body: field.value }),
      );
      if (sent) field.value = "";
    });
    element.addEventListener("toggle", () => this.count());
  }

  show(texts) {
    for (const text of texts) {
      const item = this.shown.get(text.sid);
      if (item) say(item.querySelector(".status"), statusOf(text));
      else this.add(text);
    }
    this.incoming = texts.filter((text) => text.is_in).length;
    if (this.incoming < this.seen) this.seen = 0; // everything was reset
    this.count();
    const kept = new Set(texts.map((text) => text.sid));
    for (const [sid, item] of this.shown) {
      if (kept.has(sid)) continue;
      item.remove();
      this.shown.delete(sid);
    }
  }

  add(text) {
    const item = make(
      "li",
      { className: text.is_in ? "in" : "out" },
      make("span", { className: "who" }, text.is_in ? `${spaced(text.with)}: ` : "You: "),
      make("span", { className: "body" }, text.body || "(empty)"),
      make("span", { className: "status" }, statusOf(text)),
    );
    this.shown.set(text.sid, item);
    this.thread.append(item);
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  count() {
    if (this.element.open) this.seen = this.incoming ?? 0;
    const unread = (this.incoming ?? 0) - this.seen;
    const all = this.shown.size;
    say(this.element.querySelector(".count"), unread ? `${unread} new` : all ? `(${all})` : "");
    this.element.classList.toggle("unread", unread > 0);
  }
}

function statusOf(text) {
  const pictures = text.pictures ? `, ${text.pictures} picture${text.pictures > 1 ? "s" : ""}` : "";
  return ` ${text.at.slice(11, 16)}, ${text.status}${pictures}`;
}
