/* The DJ's telephone in the host's view: rings the DJ line with Twilio's own kit, which is loaded when it is opened.

   <section id="softphone" data-sdk data-token> stands outside of what live.js morphs, so no state of the show touches a
   call. All words are in the page (_softphone.html): here a state is chosen, and its words are put into the one line that
   a screen reader hears. Nothing makes a sound of its own: microphones are open.

   Used by the host's view, where the station has a softphone and a DJ is signed in. */

(() => {
  "use strict";

  const phone = document.getElementById("softphone");
  if (!phone) return;

  const part = (name) => document.getElementById(`softphone-${name}`);
  const said = part("said");
  const open = part("open");
  const connect = part("connect");
  const hangUp = part("hang-up");
  const next = part("next");
  const mute = part("mute");
  const level = part("level");
  const csrf = document.querySelector('#softphone input[name="csrf_token"]').value;

  const LINE_GONE = new Set([31000, 31003, 31005, 31009, 53000, 53001, 53405]);
  const TOKEN_REFUSED = new Set([20101, 20104, 20151, 31201, 31202, 31203, 31204, 31205, 31207]);
  const IN_A_CALL = new Set(["connecting", "connected", "reconnecting"]);

  // Twilio's kit would fetch rings and key tones from elsewhere, and play them.
  class Silence {
    play() {
      return Promise.resolve();
    }
    stop() {}
    setSinkIds() {}
  }

  let device = null;
  let call = null;
  let since = "";
  let loading = null;
  let attempt = 0; // what began before the latest end or failure comes to nothing

  // What is said and what can be done

  function say(state, word, facts = {}) {
    const words = part("words").querySelector(`[data-word="${word}"]`).textContent;
    phone.dataset.state = state;
    said.textContent = words.replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "").replace(/\s+/g, " ").trim();
    const isCalling = IN_A_CALL.has(state);
    const focused = document.activeElement;
    open.hidden = state !== "off" && state !== "loading";
    part("controls").hidden = !open.hidden;
    allow(open, state === "off");
    allow(connect, state === "ready" || state === "error");
    allow(hangUp, isCalling);
    allow(next, state === "connected" || state === "reconnecting");
    allow(mute, isCalling);
    if (!isCalling) mute.setAttribute("aria-pressed", "false");
    // Whoever works with keys is not thrown back to the top when a button goes away under their finger.
    if (focused === open && open.hidden) connect.focus();
    if (focused === connect && isCalling) hangUp.focus();
    if ((focused === hangUp || focused === next || focused === mute) && !isCalling) connect.focus();
  }

  function allow(button, may) {
    button.setAttribute("aria-disabled", String(!may));
  }

  function onPress(button, act) {
    button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
  }

  function fail(word, code) {
    const over = call;
    call = null;
    attempt += 1;
    drop();
    if (over) over.disconnect();
    say("error", word, { code: code ? `(Twilio: ${code})` : "" });
  }

  function failByCode(error) {
    const code = error?.originalError?.code ?? error?.code;
    if (TOKEN_REFUSED.has(code)) fail("token-refused", code);
    else if (code === 31401 || code === 31208) fail("microphone-refused");
    else if (code === 31402) fail("no-microphone");
    else if (LINE_GONE.has(code)) fail(since ? "cut" : "unreachable", code);
    else fail("call-refused", code);
  }

  // Getting ready

  function kit() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = phone.dataset.sdk;
      script.onload = () => resolve();
      script.onerror = () => reject(new Trouble("not-loaded"));
      document.head.append(script);
    });
    loading.catch(() => (loading = null));
    return loading;
  }

  class Trouble extends Error {
    constructor(word) {
      super(word);
      this.word = word;
    }
  }

  async function token() {
    let reply;
    try {
      const headers = { "X-CSRFToken": csrf, Accept: "application/json" };
      reply = await fetch(phone.dataset.token, { method: "POST", headers, signal: AbortSignal.timeout(8000) });
    } catch {
      throw new Trouble("station-unreachable");
    }
    if (!reply.ok) throw new Trouble(reply.status >= 500 ? "station-unreachable" : "no-token");
    return (await reply.json()).token;
  }

  async function microphone() {
    if (!navigator.mediaDevices) throw new Trouble("no-browser");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      stream.getTracks().forEach((track) => track.stop());
    } catch (error) {
      throw new Trouble(error.name === "NotAllowedError" ? "microphone-refused" : "no-microphone");
    }
  }

  async function prepare(mine) {
    await kit();
    const { Device } = Twilio;
    if (!Device.isSupported) throw new Trouble("no-browser");
    await microphone();
    const leave = await token();
    if (mine !== attempt) return;
    const made = new Device(leave, {
      closeProtection: true,
      maxCallSignalingTimeoutMs: 30000,
      tokenRefreshMs: 60000,
      Sound: Silence,
      sounds: { dtmfs: "none" }, // or the kit makes the tone of the key itself
      enableImprovedSignalingErrorPrecision: true,
    });
    device = made;
    made.on("error", (error) => {
      // In a call the call itself tells what becomes of it.
      if (made === device && !(call && LINE_GONE.has(error.code))) failByCode(error);
    });
    made.on("tokenWillExpire", () => token().then((fresh) => made.updateToken(fresh), () => {}));
    made.audio.on("inputVolume", (volume) => (level.value = volume));
    if (!(await callin.devices.use(made.audio).catch(() => false))) throw new Trouble("no-microphone");
  }

  function drop() {
    const old = device;
    device = null;
    callin.devices.use(null);
    level.value = 0;
    if (old) old.destroy();
  }

  async function getReady(state, word) {
    say(state, word);
    drop();
    const mine = (attempt += 1);
    try {
      await prepare(mine);
      return mine === attempt;
    } catch (error) {
      if (mine !== attempt) return false;
      if (error instanceof Trouble) fail(error.word);
      else failByCode(error);
      return false;
    }
  }

  // The call

  async function ring() {
    if (!(await getReady("connecting", "connecting"))) return;
    const mine = device;
    since = "";
    let made;
    try {
      made = await mine.connect();
    } catch (error) {
      if (mine === device) failByCode(error);
      return;
    }
    if (mine !== device) {
      made.disconnect();
      return;
    }
    call = made;
    let trouble = null;
    const own = (act) => (...told) => made === call && act(...told);
    made.on("accept", own(() => {
      since = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      tellCall();
    }));
    made.on("reconnecting", own(() => say("reconnecting", "reconnecting")));
    made.on("reconnected", own(tellCall));
    made.on("mute", own(() => {
      mute.setAttribute("aria-pressed", String(made.isMuted()));
      if (phone.dataset.state === "connected") tellCall();
    }));
    // An error ends a call that has not begun; of one that lasts, only if its end comes in the same breath, before or after.
    made.on("error", own((error) => {
      trouble = error;
      if (!since) failByCode(error);
      setTimeout(() => (trouble = null));
    }));
    made.on("disconnect", own(() => queueMicrotask(own(() => {
      if (trouble) failByCode(trouble);
      else rest(since ? "ended" : "not-answered");
    }))));
    made.on("cancel", own(() => rest("not-answered")));
    // The kit tells nobody that a call has gone with the connection when Twilio gave it no way back.
    made.on("transportClose", own(() => setTimeout(own(() => made.status() === "closed" && fail("cut")))));
  }

  function tellCall() {
    say("connected", call.isMuted() ? "muted" : "connected", { since });
  }

  function rest(word) {
    call = null;
    since = "";
    say("ready", word);
  }

  function end() {
    const over = call;
    attempt += 1;
    rest("hung-up");
    if (over) over.disconnect();
    else drop(); // still on its way: nothing may come of it
  }

  onPress(open, async () => (await getReady("loading", "loading")) && say("ready", "ready"));
  onPress(connect, ring);
  onPress(hangUp, end);
  onPress(next, () => call.sendDigits("*"));
  onPress(mute, () => call && call.mute(!call.isMuted()));
})();
