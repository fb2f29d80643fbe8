// The page as a whole: hangs the parts to the stream, and keeps the phones.

import { ask, trying } from "./api.js";
import { Clock } from "./clock.js";
import { CrowdPanel } from "./crowd.js";
import { make, say, spaced } from "./dom.js";
import { Ear } from "./ear.js";
import { FaultPanel } from "./faults.js";
import * as layout from "./layout.js";
import { Numbers, attachAgain } from "./numbers.js";
import { Phone } from "./phone.js";
import { Stream } from "./stream.js";
import { Wire } from "./wire.js";

const TICK_MS = 100;
const find = (selector) => document.querySelector(selector);

const clock = new Clock(find(".clock"), find("#clock-trouble"));
const ear = new Ear({ clock, changed: showEar });
const wire = new Wire(find("#wire"));
const panels = [new Numbers(find("#numbers")), new CrowdPanel(find("#crowd")), new FaultPanel(find("#faults"))];
const phones = []; // those that stand here, in order
const dialog = find("#new-phone");
let state = null;
let isOwn = layout.named().length > 0; // the address, or a person, says which phones there are

const stream = new Stream({
  link: showLink,
  heard(name, content) {
    if (name === "wire") wire.take(content);
    else show(content);
  },
});

function show(news) {
  const before = state;
  state = news;
  if (before && before.era !== news.era) beginAnew(before);
  clock.show(news);
  wire.accountSid = news.account_sid;
  for (const panel of panels) panel.show(news);
  find("#no-numbers").hidden = news.numbers.length > 0;
  if (!isOwn) suggestPhones();
  for (const phone of phones) {
    const shown = news.phones.find((each) => each.number === phone.number);
    if (shown) phone.show(shown, news);
  }
  wire.know(phones);
  ear.know(news.has_voice);
  ear.show(news.phones);
}

/** Until somebody says otherwise, there are the phones laid out by whoever started the exchange, or one a number. */
function suggestPhones() {
  const wanted = state.layout.length ? state.layout : layout.suggested(state.numbers);
  if (JSON.stringify(wanted) === JSON.stringify(phones.map(({ name, number, first }) => ({ name, number, to: first }))))
    return;
  for (const phone of phones.splice(0)) phone.element.remove();
  if (!wanted.some(({ number }) => number === ear.phone)) ear.hold(null);
  wanted.forEach(put);
  stream.follow(phones.map((phone) => phone.number));
}

function put(wanted) {
  const phone = new Phone(wanted, { clock, ear, removed: remove, changed: keep, whoIs });
  phone.first = wanted.to;
  phones.push(phone);
  find("#cards").append(phone.element);
  if (!ear.phone) ear.hold(phone.number);
  showEar();
}

/** Say whose a number is: the phone's name, if it stands here. */
function whoIs(number) {
  return phones.find((phone) => phone.number === number)?.name ?? spaced(number);
}

function keep() {
  isOwn = true;
  layout.keep(phones);
  stream.follow(phones.map((phone) => phone.number));
}

async function remove(phone) {
  if (phone.isBusy()) await phone.act("hangup", {});
  phones.splice(phones.indexOf(phone), 1);
  phone.element.remove();
  if (ear.phone === phone.number) ear.hold(phones[0]?.number ?? null);
  keep();
  find("#add-phone").focus();
}

function showEar() {
  for (const phone of phones) phone.showEar(ear.phone === phone.number, ear.isOn);
  const button = find(".sound .switch");
  button.setAttribute("aria-checked", String(ear.isOn));
  const spoken = {
    browser: "words in your browser's voice",
    server: "words in the server's voice",
    none: "sound files; no voice here for words",
  };
  say(find("#sound-how"), ear.isOn ? `on: ${spoken[ear.voice]}` : "off: you read the captions");
}

/** Say whether what is shown is live; `since` is the time of the last sign of life. */
function showLink(since) {
  const place = find(".link");
  const isLive = since === "live";
  place.classList.toggle("lost", !isLive);
  document.body.classList.toggle("stale", !isLive);
  say(place.querySelector(".age"), isLive ? "" : `(shown: ${Math.round((Date.now() - since) / 1000)} s old)`);
  say(place.querySelector(".words"), isLive ? "live" : "connection lost, trying again");
  if (isLive && find("#banner").dataset.about === "link") tell("");
  if (!isLive) tell("The exchange does not answer: what you see is old. Is it still running?", { about: "link" });
}

/** The exchange has forgotten everything: it was started again, or reset. */
function beginAnew(before) {
  wire.forget();
  const lost = before.numbers.filter(({ number }) => !state.numbers.some((each) => each.number === number));
  tell("The exchange was started again, or reset: its calls, texts and log are gone.", {
    about: "era",
    button: lost.length ? "Attach the numbers again" : "All right",
    act: () => lost.length && trying(find("#numbers .trouble"), () => attachAgain(lost)),
  });
}

function tell(words, { about = "", button = "", act = () => {} } = {}) {
  const banner = find("#banner");
  banner.hidden = !words;
  banner.dataset.about = about;
  say(banner.querySelector(".words"), words);
  const made = make("button", { type: "button", hidden: !button }, button);
  made.addEventListener("click", () => {
    tell("");
    act();
  });
  banner.querySelector("button").replaceWith(made);
}

find(".sound .switch").addEventListener("click", () => ear.switch());
find("#add-phone").addEventListener("click", () => {
  const fields = dialog.querySelector("form").elements;
  fields.name.value = `Phone ${phones.length + 1}`;
  fields.number.value = layout.freeNumber(phones);
  say(dialog.querySelector(".trouble"), "");
  dialog.showModal();
  fields.name.select();
});
dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", (event) => {
  const fields = event.target.elements;
  const number = fields.number.value.replace(/[\s()-]/g, "");
  const name = fields.name.value.replaceAll(",", " ").trim() || number;
  const trouble = !/^[+\w]+$/.test(number)
    ? "A number has digits and a plus sign, a withheld one a word."
    : phones.some((phone) => phone.number === number)
      ? "That phone stands here already."
      : "";
  say(dialog.querySelector(".trouble"), trouble);
  if (trouble) {
    event.preventDefault();
    return;
  }
  put({ name, number, to: state?.numbers[0]?.number ?? "" });
  keep();
});
globalThis.speechSynthesis?.addEventListener?.("voiceschanged", showEar);
setInterval(() => phones.forEach((phone) => phone.tick()), TICK_MS);

layout.named().forEach(put);
stream.follow(phones.map((phone) => phone.number));
if (!state)
  ask("GET", "numbers").then(
    (known) => known.length || (find("#numbers").open = true),
    () => {},
  );
