// Making and changing elements. Text is only ever set as text, so nothing that is said or sent can become markup.

/** Return a new element with these properties and children; a string is text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an element's text, unless it is there already: nothing is announced or unselected for no change. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Fill a select with [value, words] pairs, keeping what is chosen if it is still among them. */
export function fill(select, pairs) {
  const wanted = JSON.stringify(pairs);
  if (select.dataset.filled === wanted) return;
  const chosen = select.value;
  select.replaceChildren(...pairs.map(([value, words]) => make("option", { value }, words)));
  select.dataset.filled = wanted;
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}

/** Write a phone number so that it can be read, and is not torn apart: +1 555 010 0001. Others stay as they are. */
export function spaced(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? ["+1", ...parts.slice(1)].join("\u00a0") : number;
}

/** Write seconds as minutes and seconds: 1:05. */
export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
