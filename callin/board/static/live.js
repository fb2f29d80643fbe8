/* Keeps an element equal to what the server last sent: a stream while there is one, asking again and again while not.

   <div id="live" data-stream="/stream" data-state="/status/state"> is morphed in place with each whole state, so focus,
   a half-typed word and a playing sound survive. Nothing is ever missed: a state is whole, and so is the first one after
   a reconnect. Other scripts listen to the events of that element: «state» after each morph, «signed-out» when the session is over.

   Used by the status page, the board and the host's view. */

(() => {
  "use strict";

  const live = document.getElementById("live");
  const stale = document.getElementById("stale");
  const said = document.getElementById("said");
  if (!live || !stale) return;

  const SILENCE_MS = 15000; // the server says something every 10 s
  const ASK_AGAIN_MS = 3000;
  const FIRST_RETRY_MS = 500;
  const SHOW_STALE_AFTER_MS = 1500;

  let source = null;
  let heardAt = performance.now();
  let lostAt = null;
  let isStale = false;
  let isSignedOut = false; // for good: only signing in helps
  let ask = 0;
  let etag = null;
  let skew = 0; // the server's clock less ours

  const time = {
    now: () => Date.now() + skew,
    told: (serverNow) => {
      skew = Number(serverNow) - Date.now();
    },
  };

  function words(ms) {
    const s = Math.round(ms / 1000);
    return s < 90 ? `${s} s` : `${Math.round(s / 60)} min`;
  }

  function heard() {
    heardAt = performance.now();
    lostAt = null;
    showAge();
  }

  function lost() {
    lostAt ??= performance.now();
    showAge();
  }

  function showAge() {
    const now = performance.now();
    const isOld = lostAt !== null && now - lostAt > SHOW_STALE_AFTER_MS;
    const age = stale.dataset.words.replace("{age}", words(now - heardAt));
    if (isOld && stale.textContent !== age) stale.textContent = age;
    if (isOld === isStale || isSignedOut) return;
    isStale = isOld;
    stale.hidden = !isOld;
    document.body.classList.toggle("is-stale", isOld);
    // Said once each way: nobody wants the seconds read out.
    say(isOld ? age : stale.dataset.back);
  }

  function say(sentence) {
    if (said) said.textContent = sentence;
  }

  function show(html) {
    const started = performance.now();
    Idiomorph.morph(live, html, {
      morphStyle: "innerHTML",
      ignoreActiveValue: true,
      callbacks: {
        // A row that is what it was is not looked into: of two hundred rows a change touches two. Nor is what a page
        // looks after itself.
        beforeNodeMorphed: ({ dataset: before }, { dataset: after }) =>
          !after || !("keep" in after || (after.sum && before.sum === after.sum)),
      },
    });
    live.dispatchEvent(new CustomEvent("state", { detail: { started } }));
    live.dataset.scriptingMs = (performance.now() - started).toFixed(1);
    live.dataset.updates = Number(live.dataset.updates || 0) + 1;
  }

  function listen() {
    clearTimeout(ask);
    if (source) source.close();
    source = new EventSource(live.dataset.stream);
    source.addEventListener("now", (event) => {
      time.told(event.data);
      heard();
    });
    source.addEventListener("state", (event) => {
      heard();
      show(event.data);
    });
    source.onerror = () => {
      // Its own reconnecting gives up for good at the first 503; ours asks meanwhile.
      source.close();
      source = null;
      lost();
      ask = setTimeout(askOnce, FIRST_RETRY_MS);
    };
  }

  async function askOnce() {
    clearTimeout(ask);
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const reply = await fetch(live.dataset.state, { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (reply.status === 401) {
        isSignedOut = true;
        stale.hidden = true;
        document.getElementById("signed-out").hidden = false;
        live.dispatchEvent(new CustomEvent("signed-out"));
        return;
      }
      if (reply.ok || reply.status === 304) {
        time.told(reply.headers.get("X-Now"));
        if (reply.ok) {
          etag = reply.headers.get("ETag");
          const html = await reply.text();
          heard();
          show(html);
        } else heard();
        // The page is fresh again; a stream is better than asking, if there is one to be had.
        ask = setTimeout(listen, ASK_AGAIN_MS - FIRST_RETRY_MS);
        return;
      }
    } catch {
      // Told by the banner, with the age of what is on the page.
    }
    lost();
    ask = setTimeout(askOnce, ASK_AGAIN_MS);
  }

  setInterval(() => {
    if (source && performance.now() - heardAt > SILENCE_MS) {
      source.onerror();
    }
    showAge();
  }, 500);
  addEventListener("online", () => (source ? null : askOnce()));
  addEventListener("pagehide", () => source && source.close());
  addEventListener("pageshow", (event) => event.persisted && listen());

  window.callin = { live, time, say };
  time.told(live.dataset.now || Date.now());
  listen();
})();
