// Faults and policies as fields: what the exchange has in force is shown, and a change is in force at once.

import { ask, trying } from "./api.js";
import { make, say } from "./dom.js";
import { CALLBACK_KINDS, FAULTS, POLICIES } from "./fault_words.js";

const WAIT_MS = 150; // a slider that is drawn sends its last place, not every one

export class FaultPanel {
  constructor(element) {
    this.element = element;
    this.trouble = element.querySelector(":scope > .trouble");
    this.known = {};
    this.shows = []; // functions that bring the fields up to date
    element.querySelector(":scope > .fields").append(...FAULTS.map((fault) => this.fault(fault)));
    element.querySelector(".policies .fields").append(...POLICIES.map((policy) => this.policy(policy)));
    element.querySelector(".off").addEventListener("click", () => this.set(allOff()));
  }

  show({ faults }) {
    if (JSON.stringify(faults) === JSON.stringify(this.known)) return;
    this.known = faults;
    for (const show of this.shows) show(faults);
    const on = FAULTS.filter(({ name }) => isOn(faults[name])).length;
    say(this.element.querySelector("summary .count"), on ? `${on} on` : "all off");
    this.element.classList.toggle("on", on > 0);
  }

  set(changes) {
    clearTimeout(this.timer);
    return trying(this.trouble, () => ask("PUT", "faults", changes));
  }

  setSoon(makeChanges) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.set(makeChanges()), WAIT_MS);
  }

  fault(fault) {
    const { name, label, what, byKind } = fault;
    const fields = byKind
      ? Object.entries(CALLBACK_KINDS).map(([kind, words]) => this.field(fault, { kind, words }))
      : [this.field(fault, { words: MEASURES[fault.kind] })];
    return make(
      "fieldset",
      { "data-fault": name },
      make("legend", {}, label),
      make("p", { className: "hint" }, what),
      ...fields,
    );
  }

  /** One labelled field of a fault; `kind` is the kind of callback that it is for, if there are kinds. */
  field(fault, { kind, words }) {
    const { name, most } = fault;
    const read = READS[fault.kind];
    const input = make("input", INPUTS[fault.kind](most));
    const output = fault.kind === "share" ? make("output", {}, "0 %") : null;
    const now = (faults) => valueFor(faults[name], kind);
    input.addEventListener("input", () => {
      if (output) say(output, `${input.value} %`);
      if (fault.kind !== "numbers") this.setSoon(() => ({ [name]: this.changed(name, kind, read(input)) }));
    });
    input.addEventListener("change", () => fault.kind === "numbers" && this.set({ [name]: read(input) }));
    this.shows.push((faults) => {
      const shown = WRITES[fault.kind](now(faults));
      if (input !== document.activeElement || input.type === "range") input.value = shown;
      if (output) say(output, `${input.value} %`);
    });
    return make(
      "label",
      {},
      make("span", {}, words),
      make("span", { className: output ? "slider" : "plain" }, input, output),
    );
  }

  /** The new value of a fault, of which one kind may have changed. */
  changed(name, kind, value) {
    if (!kind) return value;
    const each = Object.fromEntries(
      Object.keys(CALLBACK_KINDS).map((other) => [other, valueFor(this.known[name], other)]),
    );
    each[kind] = value;
    return each.status === each.action ? value : each;
  }

  policy({ name, choices, what }) {
    const select = make(
      "select",
      {},
      ...choices.map((choice) => make("option", { value: String(choice) }, String(choice))),
    );
    select.addEventListener("change", () =>
      this.set({ [name]: choices.find((choice) => String(choice) === select.value) }),
    );
    this.shows.push((faults) => (select.value = String(faults[name])));
    return make(
      "label",
      { "data-policy": name },
      make("span", {}, make("code", {}, name), make("span", { className: "hint" }, what)),
      select,
    );
  }
}

const MEASURES = { share: "share of requests", seconds: "seconds", count: "how many", numbers: "numbers, with commas" };
const INPUTS = {
  share: () => ({ type: "range", min: "0", max: "100", step: "1", value: "0" }),
  seconds: (most) => ({ type: "number", min: "0", max: String(most), step: "any", value: "0" }),
  count: (most) => ({ type: "number", min: "0", max: String(most), step: "1", value: "0" }),
  numbers: () => ({ type: "text", placeholder: "+15550100001, +1555…", autocomplete: "off" }),
};
const READS = {
  share: (input) => Number(input.value) / 100,
  seconds: (input) => Number(input.value),
  count: (input) => Number(input.value),
  numbers: (input) => input.value.split(/[\s,;]+/).filter(Boolean),
};
const WRITES = {
  share: (value) => String(Math.round(value * 100)),
  seconds: String,
  count: String,
  numbers: (value) => value.join(", "),
};

function valueFor(value, kind) {
  return kind && typeof value === "object" ? (value[kind] ?? 0) : value;
}

function isOn(value) {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" ? Object.values(value).some(Boolean) : Boolean(value);
}

function allOff() {
  return Object.fromEntries(FAULTS.map(({ name, kind }) => [name, kind === "numbers" ? [] : 0]));
}
