// The exchange's clock: what time it is there, how fast it goes, and the buttons that stop, move and start it.

import { ask, trying } from "./api.js";
import { say } from "./dom.js";

export class Clock {
  constructor(element, trouble) {
    this.element = element;
    this.trouble = trouble;
    this.at = 0; // the exchange's time in ms, when `seen`
    this.seen = performance.now();
    this.speed = 1;
    this.isManual = false;
    this.before = 1;
    this.running = 0;
    this.pause = element.querySelector(".pause");
    this.run = element.querySelector(".run");
    this.pause.addEventListener("click", () => this.setSpeed(this.speed ? 0 : this.before));
    this.run.addEventListener("click", () => this.letRun(!this.running));
    for (const button of element.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.advance(Number(button.dataset.advance)));
    }
    setInterval(() => this.tick(), 200);
  }

  /** The exchange's time now, in ms. */
  now() {
    return this.isManual ? this.at : this.at + (performance.now() - this.seen) * this.speed;
  }

  show({ now, clock }) {
    this.at = Date.parse(now);
    this.seen = performance.now();
    this.isManual = clock.is_manual;
    this.speed = clock.speed ?? 0;
    if (this.speed) this.before = this.speed;
    this.element.querySelector(".manual").hidden = !this.isManual;
    this.element.querySelector(".going").hidden = this.isManual;
    say(this.pause, this.speed ? "Pause" : "Go on");
    this.tick();
  }

  tick() {
    if (this.at) say(this.element.querySelector(".now"), new Date(this.now()).toISOString().slice(11, 19));
    say(this.element.querySelector(".speed"), this.inWords());
  }

  inWords() {
    if (this.isManual) return this.running ? "runs" : "moved by hand";
    if (!this.speed) return "stands still";
    return this.speed === 1 ? "real time" : `${this.speed} × real time`;
  }

  advance(seconds) {
    return trying(this.trouble, () => ask("POST", "clock", { advance_s: seconds }));
  }

  setSpeed(speed) {
    return trying(this.trouble, () => ask("PUT", "clock", { speed }));
  }

  /** A clock moved by hand is moved by us, a second every second, until it is to stop. */
  letRun(isOn) {
    clearInterval(this.running);
    this.running = isOn ? setInterval(() => this.advance(1), 1000) : 0;
    this.run.setAttribute("aria-pressed", String(isOn));
    say(this.run, isOn ? "Stop it" : "Let it run");
  }

  /** Time stands still while `act` runs: nobody can speak at twenty times life's pace. */
  async standingStill(act) {
    if (this.isManual) return act();
    const before = this.speed || this.before;
    await this.setSpeed(0);
    try {
      return await act();
    } finally {
      await this.setSpeed(before);
    }
  }
}
