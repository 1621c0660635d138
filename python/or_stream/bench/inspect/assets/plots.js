// The plots that uPlot draws: gaps over time, and how they are spread.
const SHARES = [["p50", 0.5], ["p90", 0.9], ["p99", 0.99]];
const LEAST_MS = 0.01; // on a logarithmic scale there is no 0

// On a logarithmic scale only powers of ten get a line.
const powers = (_, values) => values.map((one) => (one && Math.abs(Math.log10(one) % 1) < 1e-6 ? one : null));

const uplotAxis = (more) => ({
  stroke: () => colour("quiet"),
  grid: { stroke: () => colour("line"), width: 1 },
  ticks: { show: false },
  font: "11px system-ui, sans-serif",
  ...more,
});

const LOG_GRID = { stroke: () => colour("line"), width: 1, filter: powers };

function watchWidth(plot, element, height) {
  new ResizeObserver(onceAFrame(() => plot.setSize({ width: element.clientWidth, height }))).observe(element);
  onSchemeChange(() => plot.redraw(false, true));
}

// Dashed lines across the plot, each with a word at its right end.
function drawLevels(plot, levels) {
  const pen = plot.ctx, ratio = devicePixelRatio || 1;
  const { left, top, width, height } = plot.bbox;
  pen.save();
  pen.font = `${10 * ratio}px system-ui, sans-serif`;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  let free = top + height;
  for (const [name, value] of levels) {
    const y = Math.round(plot.valToPos(Math.max(value, LEAST_MS), "y", true));
    if (y < top || y > top + height) continue;
    pen.strokeStyle = colour("quiet");
    pen.setLineDash([4 * ratio, 4 * ratio]);
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(left + width, y);
    pen.stroke();
    const label = `${name} ${duration(value)}`, size = pen.measureText(label).width;
    const middle = Math.min(y, free - 6 * ratio); // levels may be close to each other, words must not be
    pen.fillStyle = colour("paper");
    pen.fillRect(left + width - size - 8 * ratio, middle - 6 * ratio, size + 8 * ratio, 12 * ratio);
    pen.fillStyle = colour("quiet");
    pen.fillText(label, left + width - 4 * ratio, middle);
    free = middle - 6 * ratio;
  }
  pen.restore();
}

// Each gap as a stem at the moment it ended; of those on one pixel the longest, so that a plot of any length is quick.
function drawStems(plot, recording, tint) {
  const pen = plot.ctx, ratio = devicePixelRatio || 1;
  const { left, top, width, height } = plot.bbox;
  const { gap_event: events, gap_ms: gaps, time_ms: times } = recording.columns;
  const [from, to] = [plot.scales.x.min, plot.scales.x.max];
  const longest = new Float64Array(Math.ceil(width) + 1);
  for (let at = 0; at < events.length; at++) {
    const time = times[events[at]];
    if (time < from || time > to) continue;
    const x = Math.round(((time - from) / (to - from)) * width);
    longest[x] = Math.max(longest[x], gaps[at], LEAST_MS);
  }
  pen.fillStyle = tint;
  for (let x = 0; x < longest.length; x++) {
    if (!longest[x]) continue;
    const y = plot.valToPos(longest[x], "y", true);
    pen.globalAlpha = 0.28;
    pen.fillRect(left + x - ratio / 2, y, ratio, top + height - y);
    pen.globalAlpha = 1;
    pen.fillRect(left + x - ratio, y - ratio, 2 * ratio, 2 * ratio);
  }
}

function drawStalls(plot, recording) {
  const pen = plot.ctx, ratio = devicePixelRatio || 1;
  const { left, width } = plot.bbox;
  pen.fillStyle = colour("bad");
  for (const { event, ms } of recording.gaps.stalls) {
    const x = plot.valToPos(recording.columns.time_ms[event], "x", true);
    if (x < left || x > left + width) continue;
    pen.beginPath();
    pen.arc(x, plot.valToPos(ms, "y", true), 3 * ratio, 0, 2 * Math.PI);
    pen.fill();
  }
}

function gapPlot(recordings, axis, select) {
  const element = el("div", { class: "plot", role: "img", "aria-label": "Gaps between chunks with content, over time" });
  const parts = recordings.map((one) => [
    Array.from(one.columns.gap_event, (event) => one.columns.time_ms[event]),
    Array.from(one.columns.gap_ms, (gap) => Math.max(gap, LEAST_MS)),
  ]);
  const data = parts.length > 1 ? uPlot.join(parts) : parts[0];
  const isOne = recordings.length === 1;
  let own = false;
  const plot = new uPlot(
    {
      width: 900, height: 150, padding: [8, RIGHT, 0, 0],
      cursor: { drag: { x: true, y: false, setScale: true }, points: { show: false } },
      scales: { x: { time: false, range: () => axis.range }, y: { distr: 3 } },
      axes: [
        uplotAxis({ values: (_, values) => values.map(duration), space: 110, size: 26 }),
        uplotAxis({ values: (_, values) => values.map((one) => (one === null ? null : duration(one))), size: GUTTER - 1, grid: LOG_GRID }),
      ],
      series: [{}, ...recordings.map((_, which) => ({
        stroke: () => colour(isOne ? "accent" : "ab"[which]), paths: () => null, points: { show: false },
      }))],
      hooks: {
        draw: [(self) => {
          recordings.forEach((one, which) => drawStems(self, one, colour(isOne ? "accent" : "ab"[which])));
          if (isOne) drawLevels(self, SHARES.map(([name]) => [name, recordings[0].gaps[name]]));
          for (const one of recordings) drawStalls(self, one);
        }],
        setSelect: [(self) => {
          if (self.select.width > 3) axis.show(self.posToVal(self.select.left, "x"), self.posToVal(self.select.left + self.select.width, "x"));
          own = true;
        }],
      },
    },
    data, element,
  );
  plot.over.addEventListener("click", (told) => {
    if (!own) select(null, plot.posToVal(told.offsetX, "x"));
    own = false;
  });
  plot.over.addEventListener("dblclick", () => axis.show(...axis.full));
  axis.watchers.push(() => plot.setScale("x", { min: axis.range[0], max: axis.range[1] }));
  watchWidth(plot, element, 150);
  return element;
}

// Cumulative: for each share of the values, the value that so many do not exceed.
function curveOf(values) {
  const ranked = Float64Array.from(values).sort();
  const steps = Math.min(ranked.length, 600);
  const points = new Map();
  for (let step = 0; step < steps; step++) {
    const place = Math.round((step * (ranked.length - 1)) / Math.max(1, steps - 1));
    points.set(Math.max(ranked[place], LEAST_MS), (place + 1) / ranked.length);
  }
  return [[...points.keys()], [...points.values()]];
}

// Points: for each series one value, or none, at each moment.
function scatterPlot(moments, series, label, height = 220) {
  const element = el("div", { class: "plot", role: "img", "aria-label": label });
  const plot = new uPlot(
    {
      width: 500, height, padding: [8, 30, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [
        uplotAxis({ values: (_, values) => values.map(duration), space: 90, size: 26 }),
        uplotAxis({ values: (_, values) => values.map((one) => (one === null ? null : duration(one))), size: 64, grid: LOG_GRID }),
      ],
      series: [{}, ...series.map(([, tint]) => ({
        stroke: () => colour(tint), paths: () => null, points: { show: true, size: 4, width: 0, fill: () => colour(tint) },
      }))],
    },
    [moments, ...series.map(([, , values]) => values)], element,
  );
  watchWidth(plot, element, height);
  return element;
}

function spreadPlot(curves, colours, label, height = 220) {
  const element = el("div", { class: "plot", role: "img", "aria-label": label });
  const data = curves.length > 1 ? uPlot.join(curves) : curves[0];
  const plot = new uPlot(
    {
      width: 500, height, padding: [8, 30, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, distr: 3 }, y: { range: [0, 1] } },
      axes: [
        uplotAxis({ values: (_, values) => values.map((one) => (one === null ? null : duration(one))), size: 26, grid: LOG_GRID }),
        uplotAxis({ values: (_, values) => values.map((one) => `${Math.round(one * 100)} %`), size: 52 }),
      ],
      series: [{}, ...colours.map((name) => ({ stroke: () => colour(name), width: 1.5, spanGaps: true, points: { show: false } }))],
      hooks: {
        draw: [(self) => {
          const pen = self.ctx, ratio = devicePixelRatio || 1;
          pen.font = `${10 * ratio}px system-ui, sans-serif`;
          pen.textAlign = "left";
          for (const [name, share] of SHARES) {
            const y = Math.round(self.valToPos(share, "y", true));
            pen.fillStyle = colour("quiet");
            pen.fillRect(self.bbox.left, y, self.bbox.width, 0.75);
            pen.fillText(name, self.bbox.left + 4 * ratio, y + 11 * ratio);
          }
        }],
      },
    },
    data, element,
  );
  watchWidth(plot, element, height);
  return element;
}
