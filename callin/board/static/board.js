/* The board's hands: what is selected, keys, windows, and one POST for each thing done. The stream shows what came of it.

   A button says by data-do what it does; what it does is done to the selected thing (a place, a text, a message). Keys do
   the same as buttons: the table in the help window is read here, so no key exists that is not shown. */

(() => {
  "use strict";

  const { live, say, time, card } = window.callin;
  const root = live.dataset.root;
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const words = Object.fromEntries(
    [...document.querySelectorAll("#words [data-word]")].map((each) => [each.dataset.word, each.textContent]),
  );
  const keys = new Map(
    [...document.querySelectorAll("#hotkeys [data-key]")].map((each) => [each.dataset.key, each.dataset.does]),
  );
  const keysOn = document.getElementById("keys-on");
  const toast = document.getElementById("toast");
  const drafts = new Map();
  const asked = new Map(); // by window: the question that it is open for
  let selected = null; // the id of its element: elements come and go
  let onAir = null;
  let silence = 0;

  const fitted = (sentence, facts) => {
    const said = sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
    return said.startsWith(words["nobody-named"]) ? said[0].toUpperCase() + said.slice(1) : said;
  };
  const thing = () => (selected ? document.getElementById(selected) : null);
  const nameOf = (element) => element.dataset.name || words["nobody-named"];

  function tell(sentence, { isWrong = false } = {}) {
    toast.classList.toggle("is-wrong", isWrong);
    say("");
    requestAnimationFrame(() => say(sentence));
    clearTimeout(silence);
    silence = setTimeout(() => say(""), isWrong ? 12000 : 5000);
  }

  async function send(path, fields = {}) {
    let reply;
    try {
      reply = await fetch(path, {
        method: "POST",
        headers: { "X-CSRFToken": csrf, Accept: "application/json" },
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(30000),
      });
    } catch {
      tell(words["no-answer"], { isWrong: true });
      return { ok: false, body: null };
    }
    const isJson = (reply.headers.get("Content-Type") || "").startsWith("application/json");
    const body = isJson ? await reply.json() : null;
    if (!reply.ok) {
      const why = body ? body.why : reply.status < 500 ? (await reply.text()).trim().slice(0, 300) : "";
      tell(reply.status === 401 ? words["signed-out"] : why || words.failed, { isWrong: true });
    } else if (body && body.why) tell(body.why, { isWrong: true });
    return { ok: reply.ok, body };
  }

  /* Selecting */

  function select(element, { isFocused = false } = {}) {
    for (const other of document.querySelectorAll("#live [aria-current]")) {
      if (other !== element) other.removeAttribute("aria-current");
    }
    selected = element.id;
    element.setAttribute("aria-current", "true");
    if (element.dataset.place) card.show(element);
    if (isFocused) {
      (element.querySelector(".name") || element).focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
    }
  }

  function step(by) {
    const all = [...live.querySelectorAll(".thing")];
    if (!all.length) return tell(words.nothing);
    const at = all.indexOf(thing());
    select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)], {
      isFocused: true,
    });
  }

  /* Windows */

  function ask(id, { name = "", count = "", draft = null } = {}) {
    const window_ = document.getElementById(id);
    const form = window_.querySelector("form");
    form.reset();
    for (const each of window_.querySelectorAll("[data-name]")) each.textContent = name;
    if (count) window_.querySelector("[data-count]").textContent = count;
    const text = form.elements.body;
    if (text) {
      text.value = drafts.get(draft) || "";
      countLetters();
    }
    window_.returnValue = "";
    window_.showModal();
    const first = form.querySelector("input:not([type=checkbox]), textarea");
    if (first) first.focus();
    // «close» comes a little after the closing: by then a quick hand may have opened the window for another question.
    asked.get(id)?.abort();
    const question = new AbortController();
    asked.set(id, question);
    // Kept until it was really sent.
    if (text) text.addEventListener("input", () => drafts.set(draft, text.value), { signal: question.signal });
    return new Promise((resolve) => {
      question.signal.addEventListener("abort", () => resolve(null));
      window_.addEventListener(
        "close",
        () => {
          if (window_.open) return;
          resolve(window_.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
          question.abort();
        },
        { signal: question.signal },
      );
    });
  }

  function countLetters() {
    const text = document.querySelector("#text-window textarea");
    // One letter outside the alphabet of telephones halves what fits.
    const isPlain = /^[\x20-\x7e\n£¥èéùìòÇØøÅåÄÖÑÜ§äöñüà¿¡ßÆæÉ€]*$/.test(text.value);
    const [one, many] = isPlain ? [160, 153] : [70, 67];
    const parts = text.value.length <= one ? 1 : Math.ceil(text.value.length / many);
    document.querySelector("#text-window [data-count]").textContent = fitted(words[`left-${parts}`] ?? words.left, {
      left: text.maxLength - text.value.length,
      parts,
    });
  }

  /* Doing */

  async function post(path, fields, { done, facts = {} }) {
    const reply = await send(path, fields);
    if (reply.ok && done) tell(fitted(done, facts));
    return reply;
  }

  const place = {
    up: { action: "move", fields: { by: -1 } },
    down: { action: "move", fields: { by: 1 } },
    async text(row) {
      const sent = await ask("text-window", { name: nameOf(row), draft: row.id });
      return sent && { fields: sent, sent: () => drafts.delete(row.id) };
    },
    async ban(row) {
      const sent = await ask("ban-window", { name: nameOf(row) });
      return sent && { fields: sent };
    },
    async drop(row) {
      if (row.dataset.where !== "on_air") return {};
      return (await ask("drop-window", { name: nameOf(row) })) && { fields: { from_air: "yes" } };
    },
    flag(row) {
      const next = { "": "good", good: "careful", careful: "" }[row.dataset.flag];
      return { fields: { flag: next }, facts: { flag: words[`flag-${next}`] } };
    },
  };

  async function doToPlace(does, row) {
    if (does === "card") return select(row, { isFocused: true });
    if (does === "edit") return select(row), card.edit();
    const can = row.dataset.can.split(" ");
    if (!can.includes(does)) return tell(fitted(words["not-now"], { name: nameOf(row) }));
    const path = `${root}/board/places/${row.dataset.kind}/${row.dataset.id}/`;
    const name = nameOf(row);
    const key = row.dataset.place;
    const special = place[does];
    const how = typeof special === "function" ? await special(row) : special || {};
    if (!how) return;
    const done = card.button(does).dataset.done;
    const reply = await post(path + (how.action || does), how.fields || {}, {
      done,
      facts: { name, ...how.facts },
    });
    if (reply.ok && how.sent) how.sent();
    if (reply.ok && does === "reveal" && card.key === key) card.reveal(reply.body.number);
  }

  async function doToLetter(does, element) {
    const button = element.querySelector(`[data-do="${does}"]`);
    if (!button) return tell(words.nothing);
    let fields = {};
    if (does === "text") {
      fields = await ask("text-window", { name: button.dataset.to, draft: element.id });
    } else if (does === "delete") fields = await ask("delete-window", { name: button.dataset.to });
    if (!fields) return;
    const next = element.nextElementSibling || element.previousElementSibling;
    const reply = await post(button.dataset.post, fields, { done: button.dataset.done });
    if (reply.ok && does === "text") drafts.delete(element.id);
    if (reply.ok && next && selected === element.id) select(next, { isFocused: true });
  }

  const everywhere = {
    after: () => step(1),
    before: () => step(-1),
    help: () => document.getElementById("help-window").showModal(),
    "take-theirs": () => card.takeTheirs(),
    escape() {
      const row = thing();
      if (card.panel.contains(document.activeElement)) return row ? select(row, { isFocused: true }) : card.hide();
      card.hide();
      if (row) row.removeAttribute("aria-current");
      selected = null;
    },
    async open() {
      if (!live.querySelector('#show [data-do="open"]')) return tell(words.nothing);
      const sent = await ask("open-window");
      if (sent) await post(`${root}/board/show/open`, { name: sent.name, until: moment(sent.until) }, {});
    },
    async close() {
      if (!live.querySelector('#show [data-do="close"]')) return tell(words.nothing);
      const waiting = document.getElementById("show").dataset.waiting;
      const count = fitted(words[`waiting-${waiting}`] ?? words.waiting, { count: waiting });
      if (await ask("close-window", { count })) await post(`${root}/board/show/close`, {}, {});
    },
    async pause() {
      const button = live.querySelector('#show [data-do="pause"]');
      if (!button) return tell(words.nothing);
      await post(button.dataset.post, {}, { done: button.dataset.done });
    },
  };

  /* A time of day, here, as the moment it next comes. */
  function moment(clock) {
    if (!clock) return "";
    const [hours, minutes] = clock.split(":").map(Number);
    const then = new Date(time.now());
    then.setHours(hours, minutes, 0, 0);
    if (then.getTime() <= time.now()) then.setDate(then.getDate() + 1);
    return then.toISOString();
  }

  function perform(does, element = thing()) {
    if (everywhere[does]) return everywhere[does]();
    if (!element) return tell(words.nobody);
    if (element.dataset.place) return doToPlace(does, element);
    return doToLetter(does, element);
  }

  /* Hearing */

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const row = event.target.closest("#live .thing");
    if (row) select(row);
    if (button && !button.closest("dialog")) perform(button.dataset.do);
  });

  live.addEventListener("focusin", (event) => {
    const row = event.target.closest(".thing");
    if (row && row.id !== selected) select(row);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "card-form") return;
    event.preventDefault();
    const row = thing();
    if (row) card.save((fields) => send(`${root}/board/places/${row.dataset.kind}/${row.dataset.id}/card`, fields));
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest("#text-window")) countLetters();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.altKey) return;
    const { target } = event;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "Enter" || !target.form) return;
      event.preventDefault();
      target.form.requestSubmit(target.form.querySelector("button.main"));
      return;
    }
    if (target.closest("dialog")) return;
    const isTyping = target.closest("input, textarea, select");
    if (isTyping && event.key !== "Escape") return;
    if (target.closest("audio") && event.key.startsWith("Arrow")) return;
    let { key } = event;
    if (key.length === 1) {
      if (!keysOn.checked && key !== "?") return;
      key = key.toLowerCase();
    } else if (event.shiftKey) key = `Shift+${key}`;
    const does = { ArrowDown: "after", ArrowUp: "before" }[key] || keys.get(key);
    if (!does) return;
    event.preventDefault();
    if (!event.repeat || does === "after" || does === "before") perform(does);
  });

  keysOn.checked = localStorage.getItem("callin.keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("callin.keys", keysOn.checked ? "on" : "off"));

  live.addEventListener("state", () => {
    const row = thing();
    if (row) select(row);
    else if (card.key && card.key === selected) {
      if (card.isHalfTyped) card.gone();
      else {
        card.hide();
        selected = null;
      }
    }
    const names = [...live.querySelectorAll("#on-air .thing")].map(nameOf).join(", ");
    if (onAir !== null && names !== onAir) tell(names ? fitted(words["on-air"], { name: names }) : words["off-air"]);
    onAir = names;
    const waiting = document.querySelectorAll("#places .thing").length;
    document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
  });
  live.addEventListener("moved", ({ detail: { row, above } }) => {
    const path = `${root}/board/places/${row.dataset.kind}/${row.dataset.id}/move`;
    post(path, { before: above }, { done: words.moved, facts: { name: nameOf(row) } });
  });
  live.addEventListener("signed-out", () => tell(words["signed-out"], { isWrong: true }));
})();
