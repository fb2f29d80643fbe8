// One pretend phone: its state in words, what it hears, and everything that one can do with it.

import { ask, trying } from "./api.js";
import { Captions } from "./captions.js";
import { CLIPS, clip } from "./clips.js";
import { fill, minutes, say, spaced } from "./dom.js";
import { keypad } from "./keypad.js";
import { begin, NoMicrophone } from "./microphone.js";
import { Texts } from "./texts.js";
import { wavBase64 } from "./wav.js";

const ENDINGS = {
  completed: "the call is over",
  busy: "over: it was busy",
  failed: "over: it failed",
  "no-answer": "over: no answer",
  canceled: "over: called off",
};
const RINGING = ["queued", "ringing"];
const ICONS = { idle: "○", ringing: "◔", talking: "●", queued: "◐", bridged: "⇄", over: "✓" };

export class Phone {
  constructor({ name, number, to }, { clock, ear, removed, changed, whoIs }) {
    Object.assign(this, { name, number, to, clock, ear, changed, whoIs });
    this.call = null;
    this.element = document.querySelector("#phone").content.firstElementChild.cloneNode(true);
    this.element.setAttribute("aria-label", `${name}, ${spaced(number)}`);
    this.find("h3").textContent = name;
    this.find(".number").textContent = spaced(number);
    this.find(".captions").setAttribute("aria-label", `What ${name} hears`);
    this.find(".keypad").setAttribute("aria-label", `Keypad of ${name}`);
    this.find(".thread").setAttribute("aria-label", `Texts of ${name}`);
    this.find(".remove").setAttribute("aria-label", `Remove ${name}`);
    this.select = this.find(".dial select");
    this.captions = new Captions(this.find(".captions"), {
      listen: (sid, caption) => ear.listen(sid, caption),
      whoIs,
    });
    this.texts = new Texts(this.find(".texts"), {
      number: () => number,
      to: () => this.select.value,
      trouble: this.find(":scope > .trouble"),
    });
    fill(this.find("[name=clip]"), [["", "choose …"], ...CLIPS]);
    keypad(this.find(".keypad"), { phone: this.element, press: (key) => this.act("digits", { digits: key }) });
    this.on(".dial", "submit", () => this.dial());
    this.on(".hang-up", "click", () => this.act("hangup", {}));
    this.on(".answer", "click", () => this.answer("answer"));
    this.on(".refuse", "click", () => this.answer("refuse"));
    this.on(".speak", "submit", () => this.speak());
    this.on(".microphone", "click", () => this.record());
    this.on("[name=clip]", "change", () => this.sendClip());
    this.on(".ear", "click", () => ear.hold(number));
    this.on(".remove", "click", () => removed(this));
    this.on(".dial select", "change", () => this.choose(this.select.value));
    this.element.addEventListener("pointerdown", () => this.isBusy() && ear.hold(number));
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  on(selector, event, act) {
    this.find(selector).addEventListener(event, (happened) => {
      if (event === "submit") happened.preventDefault();
      act();
    });
  }

  /** Show the phone as the exchange has it. */
  show({ call, ringing, texts }, { numbers, words_per_s: wordsPerSecond }) {
    this.call = call;
    this.ringing = ringing[0] ?? null;
    fill(
      this.select,
      numbers.length ? numbers.map(({ number, name }) => [number, label(number, name)]) : [["", "no number yet"]],
    );
    if (this.to && !this.hasChosen && numbers.some(({ number }) => number === this.to)) {
      this.select.value = this.to;
      this.hasChosen = true;
    }
    this.captions.show(call, wordsPerSecond);
    this.texts.show(texts);
    this.showRinging();
    const isBusy = this.isBusy();
    this.swap(isBusy, numbers.length > 0);
    this.enable(".speak [type=submit]", isBusy);
    this.enable("[name=clip]", isBusy);
    this.enable(".microphone", isBusy || Boolean(this.stopRecording));
    this.element.classList.toggle("busy", isBusy);
    this.tick();
  }

  enable(selector, isOn) {
    this.find(selector).disabled = !isOn;
  }

  /** One of Call and Hang up can be pressed; the focus goes with it, and is not lost on a button that cannot. */
  swap(isBusy, canCall) {
    const [call, hangUp] = [this.find(".call"), this.find(".hang-up")];
    const [on, off] = isBusy ? [hangUp, call] : [call, hangUp];
    const hadFocus = off === document.activeElement;
    on.disabled = !isBusy && !canCall;
    if (hadFocus) on.focus();
    off.disabled = true;
  }

  showRinging() {
    const place = this.find(".rings");
    if (this.ringing) say(place.querySelector(".words"), `It rings: ${this.whoIs(this.ringing.from)} calls.`);
    place.hidden = !this.ringing;
  }

  isBusy() {
    return Boolean(this.call && !this.call.is_over);
  }

  /** Say in words what it does, and for how long. */
  tick() {
    const now = this.clock.now();
    this.captions.tick(now);
    const [state, words] = this.inWords();
    const place = this.find(".state");
    place.dataset.state = state;
    say(place.querySelector(".icon"), ICONS[state]);
    say(place.querySelector(".words"), words);
    const until = this.call?.ended ? Date.parse(this.call.ended) : now;
    say(place.querySelector(".timer"), this.call ? minutes((until - Date.parse(this.call.began)) / 1000) : "");
  }

  inWords() {
    const call = this.call;
    if (!call) return ["idle", "on the hook: choose a number and press Call"];
    const other = spaced(call.with);
    if (call.is_over) return ["over", ENDINGS[call.status] ?? call.status];
    if (call.bridged_to) return ["bridged", `talking with ${this.whoIs(call.bridged_to)}`];
    if (call.queue) return ["queued", `waiting in «${call.queue}»${call.place ? `, number ${call.place}` : ""}`];
    if (RINGING.includes(call.status)) return ["ringing", `ringing ${other}`];
    return ["talking", `on the phone with ${other}`];
  }

  choose(to) {
    this.to = to;
    this.hasChosen = true;
    this.changed();
  }

  async dial() {
    this.ear.hold(this.number);
    await this.attempt(() => ask("POST", "calls", { from: this.number, to: this.select.value }));
  }

  async answer(how) {
    if (how === "answer") this.ear.hold(this.number);
    const sid = this.ringing?.sid;
    if (sid) await this.attempt(() => ask("POST", `calls/${sid}/${how}`, {}));
  }

  /** Do something to the call that lasts. */
  act(what, content) {
    if (!this.isBusy())
      return this.attempt(() => this.find(":scope > .trouble").append("No call: the key does nothing."));
    return this.attempt(() => ask("POST", `calls/${this.call.sid}/${what}`, content));
  }

  attempt(act) {
    return trying(this.find(":scope > .trouble"), act);
  }

  async speak() {
    const field = this.find("[name=words]");
    if (!field.value.trim()) return;
    if ((await this.act("speech", { text: field.value })) === null) field.value = "";
  }

  async sendClip() {
    const select = this.find("[name=clip]");
    const key = select.value;
    select.value = "";
    if (key) await this.act("sound", { wav: wavBase64(clip(key)) });
  }

  /** Use the microphone until the button is pressed again; meanwhile the exchange's time stands still. */
  async record() {
    if (this.stopRecording) return this.stopRecording();
    const stopped = new Promise((resolve) => (this.stopRecording = resolve));
    const button = this.find(".microphone");
    await this.clock.standingStill(async () => {
      try {
        const microphone = await begin();
        button.setAttribute("aria-pressed", "true");
        say(button, "Stop, and say it");
        await Promise.race([stopped, microphone.ended]);
        const samples = await microphone.stop();
        await this.act("sound", { wav: wavBase64(samples) });
      } catch (error) {
        if (!(error instanceof NoMicrophone)) throw error;
        say(this.find(":scope > .trouble"), error.message);
      } finally {
        this.stopRecording = null;
        button.setAttribute("aria-pressed", "false");
        say(button, "Use the microphone");
      }
    });
  }

  /** Whether this is the phone at your ear: only its captions are announced. */
  showEar(isHeld, isSoundOn) {
    const button = this.find(".ear");
    button.setAttribute("aria-pressed", String(isHeld));
    say(button, isHeld ? (isSoundOn ? "You hear this one" : "At your ear") : "Hear this one");
    this.find(".captions").setAttribute("aria-live", isHeld ? "polite" : "off");
    this.element.classList.toggle("held", isHeld);
  }
}

function label(number, name) {
  return /[a-z]/i.test(name) ? `${name}  ${spaced(number)}` : spaced(number);
}
