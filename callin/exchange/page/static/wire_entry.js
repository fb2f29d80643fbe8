// One request of the wire, opened: parameters, signature, answer, what went wrong, and what can be done with it.

import { ask, trying } from "./api.js";
import { curl } from "./curl.js";
import { make } from "./dom.js";
import { dictionary, inWords } from "./error_words.js";
import { readable } from "./twiml.js";

export class Entry {
  constructor(n, wire) {
    this.n = n;
    this.wire = wire;
    this.trouble = make("p", { className: "trouble", role: "alert" });
    this.told = make("p", { className: "told", role: "status" });
    this.content = make("div", {});
    this.again = make("div", { className: "again-answer" });
    this.element = make("div", { className: "entry" }, this.buttons(), this.told, this.trouble, this.content);
    this.load();
  }

  async load() {
    const entry = await trying(this.trouble, () => ask("GET", `log/${this.n}`));
    if (!entry) return;
    this.entry = entry;
    this.replayButton.hidden = entry.kind !== "webhook";
    this.onlyButton.hidden = !entry.call_sid;
    this.content.replaceChildren(
      make("p", { className: "address" }, make("b", {}, entry.method), " ", make("code", {}, entry.url)),
      entry.error ? wrong(entry.error) : "",
      make("div", { className: "answers" }, answer(entry, "Answer"), this.again),
      table("Parameters", entry.params),
      table("Headers, with the signature", entry.headers),
    );
  }

  buttons() {
    const button = (words, act) => {
      const made = make("button", { type: "button" }, words);
      made.addEventListener("click", act);
      return made;
    };
    this.replayButton = button("Send it again", () => this.replay());
    this.onlyButton = button("Only this call", () => this.wire.only(this.entry.call_sid));
    return make(
      "p",
      { className: "actions" },
      button("Copy as curl", () => this.copy()),
      " ",
      this.replayButton,
      " ",
      this.onlyButton,
    );
  }

  async copy() {
    const command = curl(this.entry, this.wire.accountSid);
    try {
      await navigator.clipboard.writeText(command);
      this.told.textContent = "Copied. Its signature fits these parameters and this address alone.";
    } catch {
      // Not allowed: shown instead, ready to be copied by hand.
      const shown = make("textarea", { readOnly: true, rows: 6, value: command, "aria-label": "The curl command" });
      this.told.replaceChildren("The browser may not copy; here it is:", shown);
      shown.select();
    }
  }

  /** Send the webhook once more; what comes back stands beside the first answer. */
  async replay() {
    this.told.textContent = "Sending …";
    const again = await trying(this.trouble, () => ask("POST", `log/${this.n}/replay`, {}));
    this.told.textContent = again
      ? `Sent again, freshly signed, as entry ${again.n}. The answer is shown, not carried out.`
      : "";
    if (again) {
      const isSame = again.status === this.entry.status && again.body === this.entry.body;
      this.again.replaceChildren(
        answer(again, isSame ? "Again: the same" : "Again: different"),
        again.error ? wrong(again.error) : "",
      );
    }
  }
}

function wrong(code) {
  return make(
    "p",
    { className: "wrong" },
    make("b", {}, `⚠ ${code}: `),
    `${inWords(code)} `,
    make("a", { href: dictionary(code), rel: "noreferrer", target: "_blank" }, "Twilio on it"),
  );
}

function answer(entry, title) {
  const took = entry.took_ms === null ? "" : `, after ${entry.took_ms} ms`;
  const words = entry.status === null ? "no answer" : `${entry.status} ${entry.content_type}${took}`;
  return make(
    "div",
    { className: "answer" },
    make("h3", {}, title),
    make("p", { className: "hint" }, words),
    readable(entry.body, entry.content_type),
  );
}

function table(title, values) {
  const all = Object.entries(values);
  const rows = all.filter(([, value]) => value !== "");
  if (!all.length) return "";
  const empties = all.filter(([, value]) => value === "").map(([name]) => name);
  const cells = ([name, value]) =>
    make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, [value].flat().join(", ")));
  return make(
    "div",
    {},
    make("table", {}, make("caption", {}, title), make("tbody", {}, ...rows.map(cells))),
    empties.length ? make("p", { className: "empties" }, `Sent empty: ${empties.join(", ")}`) : null,
  );
}
