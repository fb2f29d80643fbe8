// What a phone hears, as captions: words appear in full at once, and are marked as they are said.

import { make } from "./dom.js";

const NEAR_THE_END_PX = 40;

export class Captions {
  constructor(element, { listen, whoIs }) {
    this.element = element;
    this.listen = listen; // plays a caption's sound
    this.whoIs = whoIs; // says whose a number is
    this.callSid = null;
    this.lines = new Map(); // by key
    this.talking = null; // the words that are being said: {words, at, until}
  }

  /** Show a call's captions; those of another call go. */
  show(call, wordsPerSecond) {
    if (call?.sid !== this.callSid) {
      this.callSid = call?.sid ?? null;
      this.lines.clear();
      this.element.replaceChildren();
    }
    if (!call) return;
    this.perSecond = wordsPerSecond;
    const wasAtEnd = this.isAtEnd();
    let isNew = false;
    call.captions.forEach((caption, n) => {
      const next = call.captions.slice(n + 1).find((each) => each.key.startsWith("h"));
      const until = next ? Date.parse(next.at) : call.ended ? Date.parse(call.ended) : Infinity;
      const line = this.lines.get(caption.key);
      if (line) this.update(line, caption, until);
      else {
        this.add(call, caption, until);
        isNew = true;
      }
    });
    if (isNew && wasAtEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Mark the words said by now. */
  tick(now) {
    for (const line of this.lines.values()) {
      if (line.done || !line.words.length) continue;
      const heardFor = (Math.min(now, line.until) - line.at) / 1000;
      // A word is marked as it begins; the last bit of rounding is in its favour.
      const said = Math.min(line.words.length, Math.floor(heardFor * this.perSecond + 1.001));
      line.words.forEach((word, n) => word.classList.toggle("to-come", n >= said));
      line.done = said === line.words.length || now >= line.until;
    }
  }

  isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }

  add(call, caption, until) {
    const words =
      caption.kind === "say"
        ? caption.text.split(/\s+/).map((word) => make("span", { className: "to-come" }, word))
        : [];
    const element = make("p", { className: `caption ${caption.kind}` });
    element.append(
      ...(words.length ? spacedOut(words) : inWords(caption, call.bridged_to && this.whoIs(call.bridged_to))),
    );
    const line = { element, words, at: Date.parse(caption.at), until, done: !words.length, button: null };
    this.lines.set(caption.key, line);
    this.element.append(element);
    this.offer(line, caption);
  }

  update(line, caption, until) {
    if (line.until !== until) Object.assign(line, { until, done: !line.words.length });
    this.offer(line, caption);
  }

  /** A caption whose sound can be had gets a button to hear it. */
  offer(line, caption) {
    if (!caption.sound || line.button || caption.kind === "pressed") return;
    line.button = make(
      "button",
      { type: "button", className: "listen", "aria-label": `Listen: ${line.element.textContent}` },
      "▶",
    );
    line.button.addEventListener("click", () => this.listen(this.callSid, caption));
    line.element.append(" ", line.button);
  }
}

function spacedOut(words) {
  return words.flatMap((word, n) => (n ? [" ", word] : [word]));
}

function inWords(caption, other) {
  const { kind, text = "", url = "" } = caption;
  switch (kind) {
    case "play":
      return [url ? `♪ plays ${fileName(url)}` : "♪ music"];
    case "silence":
      return ["… a pause"];
    case "record":
      return ["● beep: what you say now is recorded"];
    case "bridge":
      return [other ? `⇄ put through to ${other}` : "⇄ put through"];
    case "pressed":
      return ["You pressed ", make("kbd", {}, text)];
    case "spoke":
      return [make("b", {}, "You: "), text || "(a sound)"];
    case "other":
      return [make("b", {}, `${other ?? "The other phone"}: `), text || "(a sound)"];
    default:
      return [text || kind];
  }
}

function fileName(url) {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").pop()) || url;
  } catch {
    return url;
  }
}
