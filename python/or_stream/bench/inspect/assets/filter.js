// A filter is words, all of which must hold: `type:delta item:0 gap:>100 is:finding`, anything else is looked for in
// the bytes of the event. Letters count alike in both cases.
class Filter {
  constructor(recording) {
    this.recording = recording;
    this.found = new Set(recording.conformance.findings.map((one) => one.event).filter((one) => one !== null));
  }

  // Bytes as letters, one for one, so that offsets hold; what is looked for is written the same way.
  static letters(data) {
    return new TextDecoder("latin1").decode(data).toLowerCase();
  }

  get text() {
    return (this.letters ??= Filter.letters(this.recording.body));
  }

  events(query) {
    const words = query.trim().split(/\s+/).filter(Boolean);
    const { kind } = this.recording.columns;
    let kept = null;
    for (const word of words) {
      const test = this.test(word);
      const next = [];
      if (test === null) this.search(word, kept, next);
      else if (kept === null) {
        for (let event = 0; event < kind.length; event++) if (test(event)) next.push(event);
      } else for (const event of kept) if (test(event)) next.push(event);
      kept = next;
    }
    if (kept !== null) return Uint32Array.from(kept);
    const all = new Uint32Array(kind.length);
    for (let event = 0; event < all.length; event++) all[event] = event;
    return all;
  }

  test(word) {
    const colon = word.indexOf(":");
    const value = word.slice(colon + 1).toLowerCase();
    const { columns, kinds, lanes } = this.recording;
    switch (word.slice(0, colon)) {
      case "type": {
        const wanted = kinds.map((name) => name.toLowerCase().includes(value));
        return (event) => wanted[columns.kind[event]];
      }
      case "item":
        return (event) => columns.lane[event] >= 0 && String(lanes[columns.lane[event]].output_index) === value;
      case "seq":
        return (event) => String(columns.sequence[event]) === value;
      case "chunk":
        return (event) => String(columns.chunk[event]) === value;
      case "gap": {
        const least = Number(value.replace(/^>/, ""));
        return (event) => event > 0 && columns.time_ms[event] - columns.time_ms[event - 1] >= least;
      }
      case "is":
        return value === "finding" ? (event) => this.found.has(event) : null;
      default:
        return null;
    }
  }

  // One walk over all bytes; behind a hit it goes on with the next event.
  search(word, kept, next) {
    const { offset, length } = this.recording.columns;
    const wanted = Filter.letters(new TextEncoder().encode(word));
    const hits = kept === null ? null : new Set();
    let event = 0;
    for (let at = this.text.indexOf(wanted); at >= 0; ) {
      event = upTo(offset, at, event) - 1;
      if (event >= 0 && at + wanted.length <= offset[event] + length[event]) (hits ?? { add: (one) => next.push(one) }).add(event);
      if (++event >= offset.length) break;
      at = this.text.indexOf(wanted, Math.max(offset[event], at + 1));
    }
    if (kept !== null) for (const one of kept) if (hits.has(one)) next.push(one);
  }
}
