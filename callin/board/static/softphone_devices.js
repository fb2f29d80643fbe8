/* Which microphone and which speaker the softphone uses: listed by name, chosen, and chosen again next time.

   Used by softphone.js, which gives it the audio of Twilio's kit. */

(() => {
  "use strict";

  const KINDS = {
    microphone: {
      select: document.getElementById("softphone-microphone"),
      available: () => audio.availableInputDevices,
      now: () => audio.inputDevice?.deviceId,
      take: (id) => audio.setInputDevice(id),
    },
    speaker: {
      select: document.getElementById("softphone-speaker"),
      available: () => audio.availableOutputDevices,
      now: () => [...audio.speakerDevices.get()][0]?.deviceId,
      take: (id) => audio.speakerDevices.set(id),
    },
  };

  let audio = null;

  // True once a microphone is in use; null takes leave of one that is gone.
  async function use(kit) {
    audio = kit;
    if (!kit) return false;
    kit.on("deviceChange", () => kit === audio && show());
    await listed(kit);
    if (kit !== audio || !kit.availableInputDevices.size) return false;
    await choose("microphone", kept("microphone"));
    if (kit === audio) show();
    if (kit === audio && kit.availableOutputDevices.size) await choose("speaker", kept("speaker")).catch(() => {});
    return true;
  }

  async function listed(kit) {
    const until = performance.now() + 2000; // the kit looks by itself, and says so only if something has changed
    while (!kit.availableInputDevices.size && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  function show() {
    for (const { select, available, now } of Object.values(KINDS)) {
      select.replaceChildren(...[...available().values()].map((info) => new Option(info.label, info.deviceId)));
      select.value = now() ?? select.value;
    }
    KINDS.speaker.select.parentElement.hidden = !audio.isOutputSelectionSupported;
  }

  function choose(kind, id) {
    const known = KINDS[kind].available();
    return KINDS[kind].take(known.has(id) ? id : known.has("default") ? "default" : [...known.keys()][0]);
  }

  function kept(kind) {
    try {
      return localStorage.getItem(`callin.${kind}`);
    } catch {
      return null; // a browser that keeps nothing asks again
    }
  }

  for (const [kind, { select }] of Object.entries(KINDS)) {
    select?.addEventListener("change", async () => {
      try {
        await choose(kind, select.value);
        localStorage.setItem(`callin.${kind}`, select.value);
      } catch {
        if (audio) show(); // what is still in use
      }
    });
  }

  window.callin.devices = { use };
})();
