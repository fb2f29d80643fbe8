// Your own voice, from the browser's microphone to telephone samples.

import { RATE_HZ } from "./wav.js";

export const LONGEST_S = 60;

/** What kept the microphone from being used, in words. */
export class NoMicrophone extends Error {}

/** Begin to record; `stop()` returns the samples. Throws NoMicrophone. */
export async function begin() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    throw new NoMicrophone(
      error.name === "NotAllowedError"
        ? "The browser may not use the microphone. Allow it for this page, or type the words."
        : "There is no microphone here. Type the words, or choose a clip.",
    );
  }
  const parts = [];
  const recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => (recorder.onstop = resolve));
  const limit = setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST_S * 1000);
  recorder.start();
  return {
    ended,
    async stop() {
      clearTimeout(limit);
      if (recorder.state === "recording") recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      return telephone(new Blob(parts, { type: recorder.mimeType }));
    },
  };
}

/** Whatever the recorder made (WebM, Ogg, MP4) becomes one channel at a telephone's rate. */
async function telephone(blob) {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await blob.arrayBuffer());
    const frames = Math.max(1, Math.floor(sound.duration * RATE_HZ));
    const offline = new OfflineAudioContext(1, frames, RATE_HZ);
    const source = new AudioBufferSourceNode(offline, { buffer: sound });
    source.connect(offline.destination);
    source.start();
    return (await offline.startRendering()).getChannelData(0);
  } catch {
    throw new NoMicrophone("Nothing was recorded.");
  } finally {
    await context.close();
  }
}
