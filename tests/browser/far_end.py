"""The far end of a softphone's call: another page's connection, which hears what Twilio would hear: voice and keys."""

from playwright.sync_api import Page

# Keys travel as events beside the voice (RFC 4733); the browser at this end makes their two tones of them again.
_SCRIPT = """
const ROWS = [697, 770, 852, 941], COLUMNS = [1209, 1336, 1477], KEYS = ["123", "456", "789", "*0#"];
const ear = { keys: "", loudest: -200 };

function listen(context, stream) {
  const sound = new Audio();
  sound.srcObject = stream;
  sound.muted = true;
  sound.play();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const at = (hertz) => levels[Math.round((hertz * analyser.fftSize) / context.sampleRate)];
  let held = "";
  setInterval(() => {
    analyser.getFloatFrequencyData(levels);
    ear.loudest = Math.max(ear.loudest, ...levels);
    const [row, column] = [ROWS, COLUMNS].map((tones) => {
      const heard = tones.map(at), most = Math.max(...heard);
      return most > -60 && heard.every((one) => one === most || one < most - 10) ? heard.indexOf(most) : -1;
    });
    const key = row < 0 || column < 0 ? "" : KEYS[row][column];
    if (key && key !== held) ear.keys += key;
    held = key;
  }, 15);
}

async function answer(offer) {
  const line = (window.line = new RTCPeerConnection());
  const context = (window.context = new AudioContext());
  const voice = new OscillatorNode(context, { frequency: 300 });
  const out = context.createMediaStreamDestination();
  voice.connect(out);
  voice.start();
  line.addTrack(out.stream.getAudioTracks()[0], out.stream);
  line.ontrack = ({ streams }) => listen(context, streams[0]);
  await line.setRemoteDescription({ type: "offer", sdp: offer });
  await line.setLocalDescription();
  while (line.iceGatheringState !== "complete") {
    await new Promise((done) => line.addEventListener("icegatheringstatechange", done, { once: true }));
  }
  return line.localDescription.sdp;
}
"""


class FarEnd:
    """Whoever is at the other end of the line."""

    def __init__(self, page: Page) -> None:
        """Use this empty page."""
        self._page = page
        page.add_script_tag(content=_SCRIPT)

    def answer(self, offer: str) -> str:
        """Return the description with which it picks up."""
        return str(self._page.evaluate("answer", offer))

    @property
    def keys(self) -> str:
        """The keys it has heard, in order."""
        return str(self._page.evaluate("ear.keys"))

    @property
    def loudest_db(self) -> float:
        """The loudest sound it has heard so far."""
        return float(self._page.evaluate("ear.loudest"))
