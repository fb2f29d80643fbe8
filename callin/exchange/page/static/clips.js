// Canned messages, made here note by note: for whoever has no microphone, or no wish to speak.

import { RATE_HZ } from "./wav.js";

// A note is [hertz, seconds]; 0 hertz is a rest.
const TUNES = {
  hum: {
    words: "a short hum",
    notes: [
      [220, 0.4],
      [247, 0.4],
      [220, 0.8],
    ],
  },
  scale: {
    words: "a scale, four seconds",
    notes: [262, 294, 330, 349, 392, 440, 494, 523].map((hertz) => [hertz, 0.5]),
  },
  long: {
    words: "a message of twenty seconds",
    notes: Array.from({ length: 40 }, (_, n) => [n % 4 ? 200 + (n % 7) * 25 : 0, 0.5]),
  },
};
const LOUDNESS = 0.4;
const FADE_S = 0.02;

/** [key, words] of each clip, for a select. */
export const CLIPS = Object.entries(TUNES).map(([key, { words }]) => [key, words]);

/** Return a clip's samples. */
export function clip(key) {
  return TUNES[key].notes.flatMap(([hertz, seconds]) =>
    Array.from({ length: seconds * RATE_HZ }, (_, n) => {
      const at = n / RATE_HZ;
      const fade = Math.min(1, at / FADE_S, (seconds - at) / FADE_S); // without it every note clicks
      return LOUDNESS * fade * Math.sin(2 * Math.PI * hertz * at);
    }),
  );
}
