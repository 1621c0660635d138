// Left and right of every picture of the time, so that they stand under each other.
const GUTTER = 150, RIGHT = 16;

// What all pictures share: the part of the time that is shown. Where a recording has no times, events are counted.
class Axis {
  constructor(recordings) {
    this.isTimed = recordings.every((one) => one.is_timed);
    const ends = recordings.map((one) =>
      this.isTimed ? Math.max(one.end_ms, one.columns.time_ms.at(-1) ?? 0) : one.columns.kind.length - 1,
    );
    this.full = [0, Math.max(...ends, 1e-3) * 1.01];
    this.range = this.full;
    this.watchers = [];
  }

  at(recording, event) {
    return this.isTimed ? recording.columns.time_ms[event] : event;
  }

  // The last event that had come by then; the first where none had.
  eventAt(recording, value) {
    const { time_ms, kind } = recording.columns;
    const event = this.isTimed ? upTo(time_ms, value) - 1 : Math.floor(value);
    return Math.max(0, Math.min(event, kind.length - 1));
  }

  nearest(recording, value) {
    const event = this.eventAt(recording, value);
    const next = Math.min(event + 1, recording.columns.kind.length - 1);
    return Math.abs(this.at(recording, next) - value) < Math.abs(this.at(recording, event) - value) ? next : event;
  }

  show(from, to) {
    const least = (this.full[1] - this.full[0]) / 1e6;
    const range = to - from < least ? this.full : [Math.max(from, this.full[0]), Math.min(to, this.full[1])];
    if (range[0] === this.range[0] && range[1] === this.range[1]) return;
    this.range = range;
    for (const watch of this.watchers) watch();
  }

  say(value) {
    return this.isTimed ? duration(value) : `event ${count(value)}`;
  }

  ticks(width) {
    const [from, to] = this.range;
    const rough = (to - from) / Math.max(2, width / 110);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
    const found = [];
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
    return found;
  }
}
