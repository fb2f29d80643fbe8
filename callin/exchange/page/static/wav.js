// Sound as a WAV file of telephone quality, in base64: what the exchange's pretend phones can say.

export const RATE_HZ = 8000;

/** Return samples (floats from -1 to 1, at RATE_HZ) as the base64 of a 16-bit mono WAV file. */
export function wavBase64(samples) {
  const file = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (at, text) => [...text].forEach((letter, n) => file.setUint8(at + n, letter.charCodeAt(0)));
  write(0, "RIFF");
  file.setUint32(4, 36 + samples.length * 2, true);
  write(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true); // plain PCM
  file.setUint16(22, 1, true); // one channel
  file.setUint32(24, RATE_HZ, true);
  file.setUint32(28, RATE_HZ * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  write(36, "data");
  file.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, n) => file.setInt16(44 + n * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return base64(new Uint8Array(file.buffer));
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
