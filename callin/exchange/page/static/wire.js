// The wire: a line for each request between the exchange and the application, the latest last, and which are shown.

import { make, say, spaced } from "./dom.js";
import { inWords } from "./error_words.js";
import { Entry } from "./wire_entry.js";

const MOST_LINES = 300;
const NEAR_THE_END_PX = 60;
const WHAT = {
  voice: "call",
  wait: "waiting",
  whisper: "whisper",
  action: "action",
  status: "status",
  sms: "text",
  play: "sound",
};

export class Wire {
  constructor(element) {
    this.element = element;
    this.lines = element.querySelector(".lines");
    this.empty = element.querySelector(".empty");
    this.callFilter = element.querySelector("[name=call]");
    this.kindFilter = element.querySelector("[name=kind]");
    this.entries = new Map(); // lines of the log, by their number
    this.shown = new Map(); // their elements
    this.names = new Map(); // words for calls, by SID
    this.forgotten = 0; // entries up to this one are not shown any more
    this.accountSid = "";
    for (const filter of [this.callFilter, this.kindFilter]) filter.addEventListener("change", () => this.renew());
    element.querySelector(".clear").addEventListener("click", () => this.clear());
  }

  /** The exchange was restarted or reset: its log begins anew. */
  forget() {
    this.entries.clear();
    this.names.clear();
    this.forgotten = 0;
    this.callFilter.value = "";
    this.renew();
  }

  clear() {
    this.forgotten = Math.max(this.forgotten, ...this.entries.keys());
    this.renew();
  }

  /** Take lines that are new, or have been answered since. */
  take(news) {
    for (const entry of news) this.entries.set(entry.n, entry);
    while (this.entries.size > MOST_LINES * 4) this.entries.delete(this.entries.keys().next().value);
    this.changed = [...(this.changed ?? []), ...news];
    this.soon ??= requestAnimationFrame(() => {
      this.soon = null;
      this.nameCalls();
      this.draw(this.changed);
      this.changed = [];
    });
  }

  /** Know calls by who is on them. */
  know(phones) {
    for (const { name, call } of phones) if (call) this.names.set(call.sid, `${name}, ${spaced(call.with)}`);
  }

  nameCalls() {
    const sids = [...new Set([...this.entries.values()].map((entry) => entry.call_sid).filter(Boolean))];
    const options = sids.reverse().map((sid) => [sid, `${this.names.get(sid) ?? "call"} (…${sid.slice(-4)})`]);
    const chosen = this.callFilter.value;
    if (chosen && !sids.includes(chosen)) options.push([chosen, `call (…${chosen.slice(-4)})`]);
    const wanted = JSON.stringify(options);
    if (wanted === this.optionsShown || document.activeElement === this.callFilter) return;
    this.optionsShown = wanted;
    this.callFilter.replaceChildren(
      new Option("all calls", ""),
      ...options.map(([value, words]) => new Option(words, value)),
    );
    this.callFilter.value = chosen;
  }

  isWanted(entry) {
    const [call, kind] = [this.callFilter.value, this.kindFilter.value];
    if (entry.n <= this.forgotten || (call && entry.call_sid !== call)) return false;
    if (kind === "trouble") return entry.error !== null || entry.status >= 400;
    return !kind || entry.kind === kind;
  }

  /** Show anew what the filters let through. */
  renew() {
    for (const { element } of this.shown.values()) element.remove();
    this.shown.clear();
    this.draw([...this.entries.values()].slice(-MOST_LINES * 2));
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  draw(entries) {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    const wasAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    for (const entry of entries) {
      const line = this.shown.get(entry.n);
      if (line) line.show(entry);
      else if (this.isWanted(entry)) this.add(entry);
    }
    // The oldest go, but never one that is being read.
    for (const [n, line] of this.shown) {
      if (this.shown.size <= MOST_LINES) break;
      if (line.element.open) continue;
      line.element.remove();
      this.shown.delete(n);
    }
    this.empty.hidden = this.shown.size > 0;
    if (wasAtEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }

  add(entry) {
    const line = new Line(entry, this);
    // One that becomes trouble only with its answer belongs before those that came after it.
    const later = [...this.shown.keys()].find((n) => n > entry.n);
    if (later === undefined) this.lines.append(line.element);
    else this.shown.get(later).element.before(line.element);
    this.shown.set(entry.n, line);
    if (later !== undefined) this.shown = new Map([...this.shown].sort(([one], [other]) => one - other));
  }

  only(callSid) {
    this.callFilter.value = callSid;
    this.renew();
    this.callFilter.focus();
  }
}

/** One line: what was asked, of whom, and how it ended; opened, all of it. */
class Line {
  constructor(entry, wire) {
    this.status = make("span", { className: "status" });
    this.summary = make(
      "summary",
      {},
      make("span", { className: "at" }, entry.at.slice(11, 19)),
      " ",
      make(
        "span",
        { className: "direction", title: entry.kind === "rest" ? "your application asks" : "the exchange asks" },
        entry.kind === "rest" ? "REST" : (WHAT[entry.purpose] ?? "webhook"),
      ),
      " ",
      make("span", { className: "method" }, entry.method),
      " ",
      make("span", { className: "path" }, pathOf(entry.url)),
      " ",
      make("span", { className: "said" }, entry.said ?? ""),
      " ",
      entry.again_of ? make("span", { className: "again" }, `again of ${entry.again_of}`) : null,
      this.status,
    );
    this.element = make("details", { className: `line ${entry.kind}` }, this.summary);
    this.element.dataset.n = entry.n;
    this.whole = null;
    this.element.addEventListener("toggle", () => {
      if (this.element.open && !this.whole) {
        this.whole = new Entry(entry.n, wire);
        this.element.append(this.whole.element);
      }
    });
    this.show(entry);
  }

  show(entry) {
    const isTrouble = entry.error !== null || entry.status >= 400;
    say(
      this.status,
      [entry.status ?? (entry.error === null ? "…" : "no answer"), entry.error && `⚠ ${entry.error}`]
        .filter(Boolean)
        .join(" "),
    );
    this.status.title = entry.error ? inWords(entry.error) : "";
    this.element.classList.toggle("trouble-line", isTrouble);
    this.whole?.load();
  }
}

function pathOf(url) {
  try {
    const { pathname, search } = new URL(url);
    return pathname.replace(/^\/2010-04-01\/Accounts\/AC\w+/, "…") + search;
  } catch {
    return url;
  }
}
