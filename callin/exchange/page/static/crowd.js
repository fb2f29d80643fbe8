// A crowd of callers: so many within so many minutes, some of whom hang up while they wait.

import { ask, trying } from "./api.js";
import { fill, say, spaced } from "./dom.js";

export class CrowdPanel {
  constructor(element) {
    this.element = element;
    this.form = element.querySelector("form");
    this.trouble = element.querySelector(".trouble");
    const share = this.form.elements.share;
    share.addEventListener("input", () => this.showShare());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      trying(this.trouble, () => ask("PUT", "crowd", this.plan()));
    });
    element
      .querySelector(".stop")
      .addEventListener("click", () => trying(this.trouble, () => ask("DELETE", "crowd", {})));
    this.showShare();
  }

  plan() {
    const { to, callers, minutes, share } = this.form.elements;
    return {
      to: to.value,
      callers: Number(callers.value),
      over_s: Number(minutes.value) * 60,
      hang_up_share: Number(share.value) / 100,
    };
  }

  showShare() {
    const share = this.form.elements.share;
    say(share.nextElementSibling, `${share.value} %`);
    share.setAttribute("aria-valuetext", `${share.value} percent`);
  }

  show({ numbers, crowd }) {
    fill(
      this.form.elements.to,
      numbers.length
        ? numbers.map(({ number, name }) => [
            number,
            /[a-z]/i.test(name) ? `${name} ${spaced(number)}` : spaced(number),
          ])
        : [["", "no number yet"]],
    );
    this.element.querySelector(".stop").disabled = !crowd.is_coming && !crowd.on_the_phone;
    const came = `${crowd.came} of ${crowd.callers} came`;
    const now = `${crowd.waiting} waiting, ${crowd.bridged} talking, ${crowd.lost_patience} lost patience`;
    say(this.element.querySelector(".progress"), crowd.to ? `${came}: ${now}.` : "");
    say(this.element.querySelector("summary .count"), crowd.on_the_phone || crowd.is_coming ? came : "");
  }
}
