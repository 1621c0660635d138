// The lanes: a canvas for what was received, and one above it for the cursor, which moves without drawing the rest.
const HEAD = 34, LANE = 22;
const LANE_COLOURS = { message: "text", reasoning: "reasoning" };
const laneColour = (type) => LANE_COLOURS[type] ?? (/_call$/.test(type) ? "call" : "other");
const MARKERS = { ttft: "TTFT", ttfo: "TTFO", terminal: "end" };

class LanesPicture {
  constructor(recordings, axis, select) {
    Object.assign(this, { recordings, axis, select });
    this.rows = recordings.flatMap((recording, which) => [
      { recording, which, lane: -1, label: recordings.length > 1 ? `${"AB"[which]} response` : "response" },
      ...recording.lanes.map((lane, number) => ({
        recording, which, lane: number, type: lane.type, label: `${lane.output_index} ${lane.name || lane.type || "item"}`, item: lane,
      })),
    ]);
    this.height = HEAD + this.rows.length * LANE + 6;
    this.base = el("canvas", {});
    this.over = el("canvas", { "aria-label": "Lanes of the output items over time", role: "img" });
    this.element = el("div", { class: "stage" }, this.base, this.over);
    this.redraw = onceAFrame(() => this.draw());
    axis.watchers.push(this.redraw);
    new ResizeObserver(this.redraw).observe(this.element);
    onSchemeChange(this.redraw);
    this.listen();
  }

  x(value) {
    const [from, to] = this.axis.range;
    return GUTTER + ((value - from) / (to - from)) * (this.width - GUTTER - RIGHT);
  }

  value(x) {
    const [from, to] = this.axis.range;
    return from + ((x - GUTTER) / (this.width - GUTTER - RIGHT)) * (to - from);
  }

  prepare(canvas) {
    const ratio = devicePixelRatio || 1;
    this.width = this.element.clientWidth;
    canvas.width = this.width * ratio;
    canvas.height = this.height * ratio;
    canvas.style.height = `${this.height}px`;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    return pen;
  }

  draw() {
    const pen = this.prepare(this.base);
    this.drawTicks(pen);
    this.rows.forEach((row, place) => this.drawLabel(pen, row, HEAD + place * LANE));
    pen.save();
    pen.beginPath();
    pen.rect(GUTTER, 0, this.width - GUTTER - RIGHT + 1, this.height);
    pen.clip();
    this.recordings.forEach((recording, which) => this.drawGround(pen, recording, which));
    this.rows.forEach((row, place) => this.drawLane(pen, row, HEAD + place * LANE));
    this.recordings.forEach((recording, which) => this.drawMarkers(pen, recording, which));
    pen.restore();
    this.drawCursor();
  }

  // From the top to the bottom of what belongs to one recording.
  band(which) {
    const first = this.rows.findIndex((row) => row.which === which);
    const size = this.rows.filter((row) => row.which === which).length;
    return [HEAD + first * LANE, HEAD + (first + size) * LANE];
  }

  drawTicks(pen) {
    for (const at of this.axis.ticks(this.width - GUTTER - RIGHT)) {
      const x = Math.round(this.x(at)) + 0.5;
      pen.fillStyle = colour("line");
      pen.fillRect(x - 0.5, HEAD - 6, 1, this.height);
      pen.fillStyle = colour("quiet");
      pen.fillText(this.axis.isTimed ? duration(at) : count(at), Math.min(x + 4, this.width - 46), 9);
    }
  }

  drawLabel(pen, row, top) {
    const isHead = row.lane < 0;
    if (isHead && row.which > 0) {
      pen.fillStyle = colour("quiet");
      pen.fillRect(0, top, this.width, 1);
    }
    pen.fillStyle = colour(isHead ? (this.recordings.length > 1 ? "ab"[row.which] : "quiet") : "ink");
    pen.fillText(row.label, 12, top + LANE / 2, GUTTER - 20);
  }

  // Stalls as bands; chunks as hairlines, while they are far enough apart to be seen.
  drawGround(pen, recording, which) {
    const [top, bottom] = this.band(which);
    if (this.axis.isTimed && recording.gaps) {
      pen.fillStyle = colour("bad-soft");
      for (const { event, ms } of recording.gaps.stalls) {
        const to = this.x(recording.columns.time_ms[event]);
        pen.fillRect(this.x(recording.columns.time_ms[event] - ms), top, Math.max(1, to - this.x(recording.columns.time_ms[event] - ms)), bottom - top);
      }
    }
    const seen = this.axis.isTimed ? this.pixels(recording.columns.chunk_ms) : null;
    if (seen === null) return;
    pen.fillStyle = colour("line");
    pen.globalAlpha = seen.length * 3 > this.width ? 0.35 : 1;
    for (const x of seen) pen.fillRect(x, top, 0.5, bottom - top);
    pen.globalAlpha = 1;
  }

  pixels(column) {
    const [from, to] = this.axis.range;
    const found = [];
    let last = -1;
    for (let at = upTo(column, from - 1e-9); at < column.length && column[at] <= to; at++) {
      const x = Math.round(this.x(column[at]));
      if (x !== last) found.push((last = x));
    }
    return found;
  }

  drawLane(pen, row, top) {
    const { recording, lane, item } = row;
    pen.fillStyle = colour(lane < 0 ? "other" : laneColour(row.type));
    if (item) {
      const from = this.x(this.axis.at(recording, item.added ?? item.first));
      const to = this.x(this.axis.at(recording, item.done ?? item.last));
      pen.globalAlpha = 0.16;
      pen.fillRect(from, top + 4, Math.max(2, to - from), LANE - 8);
      pen.globalAlpha = 1;
      pen.fillRect(from, top + 3, 1.5, LANE - 6);
      if (item.done !== null) pen.fillRect(Math.max(from + 2, to) - 1.5, top + 3, 1.5, LANE - 6);
    }
    this.density(recording, lane).forEach((many, x) => {
      if (!many) return;
      pen.globalAlpha = Math.min(1, 0.4 + many * 0.15);
      pen.fillRect(x, top + 6, 1, LANE - 12);
    });
    pen.globalAlpha = 1;
  }

  // How many deltas of a lane (for the response: events of no item) fall on each pixel.
  density(recording, lane) {
    const { lane: lanes, characters, kind } = recording.columns;
    const counts = new Uint16Array(Math.ceil(this.width) + 1);
    const first = this.axis.eventAt(recording, this.axis.range[0]);
    const last = this.axis.eventAt(recording, this.axis.range[1]);
    for (let event = first; event <= last && event < kind.length; event++) {
      if (lanes[event] !== lane || (lane >= 0 && !characters[event])) continue;
      const x = Math.round(this.x(this.axis.at(recording, event)));
      if (x >= 0 && x < counts.length && counts[x] < 65535) counts[x]++;
    }
    return counts;
  }

  drawMarkers(pen, recording, which) {
    const [top, bottom] = this.band(which);
    pen.fillStyle = colour("bad");
    for (const { event } of recording.conformance.findings) {
      if (event === null) continue;
      const x = this.x(this.axis.at(recording, event));
      pen.beginPath();
      pen.moveTo(x - 4, top + 1);
      pen.lineTo(x + 4, top + 1);
      pen.lineTo(x, top + 7);
      pen.fill();
    }
    if (!this.axis.isTimed) return;
    const shown = new Map();
    for (const [name, label] of Object.entries(MARKERS)) {
      const at = recording.markers[name];
      if (at !== null && at !== undefined) shown.set(at, shown.has(at) ? `${shown.get(at)} = ${label}` : label);
    }
    let free = 0;
    for (const [at, label] of shown) {
      const x = this.x(at);
      pen.fillStyle = colour("ink");
      pen.globalAlpha = 0.55;
      pen.fillRect(x, which === 0 ? 18 : top, 1, bottom - (which === 0 ? 18 : top));
      pen.globalAlpha = 1;
      if (which > 0) continue;
      const size = pen.measureText(label).width;
      const left = x + size + 6 > this.width - RIGHT ? x - size - 4 : x + 4;
      if (left >= free) pen.fillText(label, left, 23);
      free = Math.max(free, left + size + 6);
    }
  }

  drawCursor() {
    const pen = this.prepare(this.over);
    if (this.dragged) {
      pen.fillStyle = colour("accent");
      pen.globalAlpha = 0.15;
      pen.fillRect(Math.min(...this.dragged), 0, Math.abs(this.dragged[1] - this.dragged[0]), this.height);
      pen.globalAlpha = 1;
    }
    if (!this.cursor) return;
    const [top, bottom] = this.band(this.cursor.which);
    const x = this.x(this.axis.at(this.recordings[this.cursor.which], this.cursor.event));
    if (x < GUTTER - 1 || x > this.width - RIGHT + 1) return;
    pen.fillStyle = colour("accent");
    pen.fillRect(x - 0.75, HEAD - 8, 1.5, bottom - HEAD + 8);
    pen.fillRect(x - 3.5, (this.cursor.which ? top : HEAD) - 8, 7, 4);
  }

  point(which, event) {
    this.cursor = { which, event };
    this.drawCursor();
  }

  listen() {
    let start = null;
    this.over.addEventListener("pointerdown", (told) => {
      start = told.offsetX;
      this.over.setPointerCapture(told.pointerId);
    });
    this.over.addEventListener("pointermove", (told) => {
      if (start === null || Math.abs(told.offsetX - start) < 4) return;
      this.dragged = [start, told.offsetX];
      this.drawCursor();
    });
    this.over.addEventListener("pointerup", (told) => {
      const dragged = this.dragged;
      this.dragged = null;
      if (dragged) this.axis.show(this.value(Math.min(...dragged)), this.value(Math.max(...dragged)));
      else if (start !== null) this.pick(told.offsetX, told.offsetY);
      start = null;
    });
    this.over.addEventListener("dblclick", () => this.axis.show(...this.axis.full));
  }

  pick(x, y) {
    const row = this.rows[Math.min(Math.max(0, Math.floor((y - HEAD) / LANE)), this.rows.length - 1)];
    if (row.recording.columns.kind.length) this.select(row.which, this.axis.nearest(row.recording, this.value(x)));
  }
}
