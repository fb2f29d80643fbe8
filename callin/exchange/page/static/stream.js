// The connection to the exchange: whole states and lines of the wire as they come. Every connection begins with all of
// it, so that nothing is lost when it breaks; it is made anew until it holds.

const AGAIN_MS = 1000;
const DEAD_MS = 15000; // the exchange says something every five seconds

export class Stream {
  /** `heard` gets (name, content); `link` gets "live", or the time since when nothing comes. */
  constructor({ heard, link }) {
    this.heard = heard;
    this.link = link;
    this.phones = [];
    this.source = null;
    this.lastAt = Date.now();
    setInterval(() => this.check(), 1000);
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  /** Follow these phones from now on. */
  follow(numbers) {
    if (this.source && numbers.join() === this.phones.join()) return;
    this.phones = [...numbers];
    this.open();
  }

  open() {
    this.source?.close();
    clearTimeout(this.timer);
    const query = new URLSearchParams(this.phones.map((number) => ["phone", number]));
    const source = new EventSource(`/_exchange/stream?${query}`);
    this.source = source;
    for (const name of ["state", "wire"]) {
      source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        this.lastAt = Date.now();
        this.link("live");
        this.heard(name, JSON.parse(event.data));
      });
    }
    source.onerror = () => this.source === source && this.lose();
  }

  lose() {
    this.source.close();
    this.link(this.lastAt);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), AGAIN_MS);
  }

  check() {
    if (this.source.readyState === EventSource.CLOSED) this.link(this.lastAt);
    else if (Date.now() - this.lastAt > DEAD_MS) this.lose();
  }
}
