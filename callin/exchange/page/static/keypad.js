// A telephone's twelve keys: pressed with a pointer, or typed while the phone has the focus.

import { make } from "./dom.js";

const KEYS = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", ""],
  ["#", ""],
];
const WORDS = { "*": "star", "#": "pound" };

/** Put the keys into `place`; `press` gets each one. Typing counts in all of `phone` but its fields. */
export function keypad(place, { phone, press }) {
  for (const [key, letters] of KEYS) {
    const button = make(
      "button",
      { type: "button", "aria-label": WORDS[key] ?? key },
      key,
      make("small", { "aria-hidden": "true" }, letters),
    );
    button.dataset.key = key;
    button.addEventListener("click", () => press(key));
    place.append(button);
  }
  phone.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    press(event.key);
  });
}
