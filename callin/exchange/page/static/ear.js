// What comes out of your loudspeaker: the sound of one phone at a time, once you have switched sound on. Files come
// through the exchange; words are spoken by the browser's own voices, or by the server's where it has one.

const BEEP_HZ = 1400;
const BEEP_S = 0.25;

/** Return the address of a caption's sound. */
function soundOf(callSid, caption) {
  return `/_exchange/calls/${callSid}/sounds/${caption.key}`;
}

export class Ear {
  constructor({ clock, changed }) {
    this.clock = clock;
    this.changed = changed; // told when another phone is at the ear, or sound goes on or off
    this.isOn = false;
    this.phone = null; // whose number is at the ear
    this.heard = ""; // the caption that was last begun
    this.audio = null;
    this.serverSpeaks = false;
  }

  /** How words will be spoken: by the browser, the server, or nobody. */
  get voice() {
    if (globalThis.speechSynthesis?.getVoices().length) return "browser";
    return this.serverSpeaks ? "server" : "none";
  }

  /** Know whether the server can speak. */
  know(serverSpeaks) {
    if (serverSpeaks === this.serverSpeaks) return;
    this.serverSpeaks = serverSpeaks;
    this.changed();
  }

  switch() {
    this.isOn = !this.isOn;
    if (!this.isOn) this.hush();
    this.changed();
  }

  hold(number) {
    if (this.phone === number) return;
    this.phone = number;
    this.hush();
    this.changed();
  }

  /** Hear whatever the phone at the ear hears now. */
  show(phones) {
    const call = phones.find((phone) => phone.number === this.phone)?.call;
    const last = call?.captions.findLast((caption) => !["pressed", "spoke"].includes(caption.kind));
    if (!this.isOn || !last || call.is_over) {
      if (call?.is_over) this.hush();
      return;
    }
    const id = `${call.sid} ${last.key}`;
    if (id === this.heard) return;
    const waitsForItsFile = last.kind === "play" && !last.sound;
    this.hush();
    if (waitsForItsFile) return;
    this.heard = id;
    if (last.kind === "record") this.beep();
    else if (last.kind === "say") this.speak(call.sid, last);
    else if (last.sound) this.play(soundOf(call.sid, last), (this.clock.now() - Date.parse(last.at)) / 1000);
  }

  /** Hear one caption again, whatever the switch says. */
  listen(callSid, caption) {
    this.hush();
    this.play(soundOf(callSid, caption), 0);
  }

  speak(callSid, caption) {
    if (this.voice === "browser") {
      const words = new SpeechSynthesisUtterance(caption.text);
      words.rate = Math.min(Math.max(this.clock.speed || 1, 0.5), 4);
      speechSynthesis.speak(words);
    } else if (caption.sound) {
      this.play(soundOf(callSid, caption), 0);
    }
  }

  play(address, from) {
    this.audio = new Audio(address);
    this.audio.playbackRate = Math.min(Math.max(this.clock.speed || 1, 0.5), 16);
    if (from > 1) this.audio.currentTime = from;
    this.audio.play().catch(() => {}); // stopped before it began, or nothing to hear
  }

  beep() {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: BEEP_HZ });
    const volume = new GainNode(context, { gain: 0.2 });
    tone.connect(volume).connect(context.destination);
    tone.onended = () => context.close();
    tone.start();
    tone.stop(context.currentTime + BEEP_S);
  }

  hush() {
    this.heard = "";
    this.audio?.pause();
    this.audio = null;
    globalThis.speechSynthesis?.cancel();
  }
}
