/* The card of the selected place: what is written on it, and what can be done. Outside of what the stream renews.

   Fields that nobody is writing in follow the row. What is half-typed stays, also when another place is selected in
   between; and when two people write in one field, the later one is shown the other's words before anything is saved.

   Used by board.js. */

(() => {
  "use strict";

  const FIELDS = ["name", "town", "topic", "note"];
  const { live } = window.callin;
  const home = document.getElementById("card");
  home.append(document.getElementById("card-template").content.cloneNode(true));
  const panel = home.firstElementChild;
  const form = document.getElementById("card-form");
  const conflict = document.getElementById("card-conflict");
  const part = (id) => document.getElementById(`card-${id}`);
  const word = (name) => document.querySelector(`#words [data-word="${name}"]`).textContent;

  // By row: what the row said when the fields last agreed with it, and what is typed.
  const drafts = new Map();
  let row = null;
  let key = null;
  let theirs = null;

  const typed = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  const told = (element) => Object.fromEntries(FIELDS.map((name) => [name, element.dataset[name] || ""]));
  const touched = (draft) => FIELDS.filter((name) => draft.typed[name] !== draft.base[name]);

  function show(element) {
    if (element.dataset.place !== key) {
      keep();
      key = element.dataset.place;
      conflict.hidden = true;
      part("number").hidden = true;
      const draft = drafts.get(key) || { base: told(element), typed: told(element) };
      drafts.set(key, draft);
      for (const name of FIELDS) form.elements[name].value = draft.typed[name];
    }
    panel.hidden = false;
    row = element;
    follow();
  }

  function follow() {
    if (!key) return;
    const draft = drafts.get(key);
    draft.typed = typed();
    part("gone").hidden = row !== null;
    part("actions").hidden = row === null;
    if (row !== null) {
      const now = told(row);
      for (const name of FIELDS) {
        if (draft.typed[name] === draft.base[name]) {
          if (form.elements[name].value !== now[name]) form.elements[name].value = now[name];
          draft.typed[name] = draft.base[name] = now[name];
        } else if (now[name] === draft.typed[name]) draft.base[name] = now[name];
        // What two people changed is told by the server, when this one saves.
      }
      part("name").textContent = row.dataset.name || word("no-name");
      part("phone").textContent = row.dataset.phone;
      part("flag").textContent = word(`flag-${row.dataset.flag}`);
      part("person").hidden = !row.dataset.person;
      if (row.dataset.person) part("person").href = `${live.dataset.root}/people/${row.dataset.person}`;
      const can = row.dataset.can.split(" ");
      for (const button of part("actions").children) button.hidden = !can.includes(button.dataset.do);
      const mayWrite = can.includes("card");
      for (const name of FIELDS) form.elements[name].readOnly = !mayWrite;
      part("save").hidden = !mayWrite;
    }
    part("saved").textContent = touched(draft).length ? word("unsaved") : "";
  }

  function keep() {
    if (!key) return;
    const draft = drafts.get(key);
    draft.typed = typed();
    if (!touched(draft).length) drafts.delete(key);
  }

  window.callin.card = {
    panel,
    show,
    get key() {
      return key;
    },
    get isHalfTyped() {
      return key !== null && touched(drafts.get(key)).length > 0;
    },
    hide() {
      keep();
      row = key = null;
      panel.hidden = true;
    },
    gone() {
      row = null;
      follow();
    },
    edit() {
      form.elements.name.focus();
      form.elements.name.select();
    },
    reveal(number) {
      part("number").textContent = number;
      part("number").hidden = false;
    },
    button: (does) => part("actions").querySelector(`[data-do="${does}"]`),
    takeTheirs() {
      for (const [name, words] of Object.entries(theirs)) form.elements[name].value = words;
      conflict.hidden = true;
      follow();
    },
    async save(send) {
      if (!key || !row) return;
      const draft = drafts.get(key);
      draft.typed = typed();
      const sent = { ...draft.typed };
      const fields = {};
      for (const name of touched(draft)) {
        fields[name] = sent[name];
        fields[`${name}_was`] = draft.base[name];
      }
      const reply = await send(fields);
      if (reply.ok) {
        conflict.hidden = true;
        draft.base = sent;
        follow();
        part("saved").textContent = word("saved");
      } else if (reply.body && reply.body.theirs) {
        theirs = Object.fromEntries(Object.entries(reply.body.theirs).map(([name, words]) => [name, words || ""]));
        const list = part("theirs");
        list.replaceChildren();
        for (const name of Object.keys(theirs)) {
          const label = document.createElement("dt");
          label.textContent = form.elements[name].closest("label").firstChild.textContent.trim();
          const value = document.createElement("dd");
          value.textContent = theirs[name] || "–";
          list.append(label, value);
        }
        // Saving again is meant, now that theirs has been seen.
        Object.assign(draft.base, theirs);
        conflict.hidden = false;
        follow();
      }
    },
  };

  form.addEventListener("input", follow);
})();
