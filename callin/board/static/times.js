/* Times that tick: how long somebody waits, how much of a turn is left, how long ago a text came. By the server's clock.

   Used by the board and the pages of people and shows; rows come without these words and are filled here. */

(() => {
  "use strict";

  const now = () => (window.callin ? window.callin.time.now() : Date.now());
  const two = (n) => String(n).padStart(2, "0");

  function lasting(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    return s < 3600 ? rest.replace(/^0/, "") : `${Math.floor(s / 3600)}:${rest}`;
  }

  function ago(ms) {
    const min = Math.floor(ms / 60000);
    if (min < 1) return "just now";
    if (min < 60) return `${min} min ago`;
    if (min < 24 * 60) return `${Math.floor(min / 60)} h ago`;
    return `${Math.floor(min / 1440)} d ago`;
  }

  // In seconds while they matter: how fresh a check is.
  const passed = (ms) => (ms < 120000 ? `${Math.max(0, Math.round(ms / 1000))} s` : `${Math.floor(ms / 60000)} min`);

  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const date = (at) =>
    new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

  const KINDS = [
    ["since", (at, t) => lasting(t - Date.parse(at))],
    ["until", (at, t) => lasting(Date.parse(at) - t)],
    ["ago", (at, t) => ago(t - Date.parse(at))],
    ["passed", (at, t) => passed(t - Date.parse(at))],
    ["clock", clock],
    ["date", date],
  ];

  function fill() {
    const t = now();
    for (const [name, words] of KINDS) {
      for (const each of document.querySelectorAll(`time[data-${name}]`)) {
        const said = words(each.dataset[name], t);
        if (each.textContent !== said) each.textContent = said;
        if (name === "ago" && !each.title) each.title = date(each.dataset.ago);
      }
    }
  }

  if (window.callin) window.callin.live.addEventListener("state", fill);
  setInterval(fill, 1000);
  fill();
})();
