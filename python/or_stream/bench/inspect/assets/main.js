// Puts the page together. One cursor, an event, is what every part follows.
class Page {
  constructor(recordings) {
    this.recordings = recordings;
    this.axis = new Axis(recordings);
    this.which = 0;
    this.cursors = recordings.map((one) => Math.max(0, one.columns.kind.length - 1));
    this.lanes = new LanesPicture(recordings, this.axis, (which, event) => this.select(which, event));
    this.views = recordings.map((one, which) => this.view(one, which));
    this.active = el("div", {});
    this.showCursor = onceAFrame(() => this.show());
    this.element = el("div", {}, ...this.parts());
    this.switchTo(0);
  }

  parts() {
    const { recordings } = this;
    const isTwo = recordings.length > 1;
    const heads = recordings.map((one, which) => el("header", { style: which ? "margin-top:14px" : null }, heading(one, isTwo ? "ab"[which] : null), ...notes(one), strips(one)));
    this.tabs = el("div", { class: "tabs" }, ...recordings.map((_, which) => el("button", { onclick: () => this.switchTo(which) }, `${"AB"[which]}: scrub and table`)));
    const scrubber = this.scrubber();
    // Nothing to draw, to scrub through or to list.
    if (recordings.every((one) => !one.columns.kind.length)) return [...heads, ...recordings.map((one) => findings(one, () => {}))];
    return [
      ...heads,
      el("section", {}, el("div", { class: "head" }, el("h2", {}, "Items over time"), isTwo ? this.tabs : null), this.lanes.element, scrubber, this.hint()),
      this.gaps(),
      this.active,
      isTwo
        ? el("div", { class: "columns" }, differences(recordings), el("div", {}, gapSpread(recordings), metrics(recordings)))
        : el("div", { class: "columns" }, gapSpread(recordings), metrics(recordings)),
    ];
  }

  hint() {
    return el("p", { class: "hint" },
      el("span", {}, "Drag to zoom, double-click for all, click to select. Keys: / filters, ← → step by event, n and p go to findings."),
      el("span", {}, this.axis.isTimed ? "Hairlines are chunks, red bands stalls, red marks findings." : "Red marks are findings."));
  }

  gaps() {
    if (!this.axis.isTimed || this.recordings.some((one) => one.columns.gap_ms.length < 2)) return null;
    const first = this.recordings[0].gaps;
    const note = el("p", { class: "hint" }, el("span", {},
      `Deltas of one chunk came together and have no gap. A stall is at least ${duration(first.stall_limit_ms)}: ten times the median, and 100 ms.`));
    return section("Gaps between chunks with content", gapPlot(this.recordings, this.axis, (_, value) => this.select(this.which, this.axis.nearest(this.recording, value))), note);
  }

  view(one, which) {
    const select = (event) => this.select(which, event);
    const table = new EventTable(one, this.axis, select);
    const detail = new Detail(one), response = new ResponseSoFar(one);
    const element = el("div", {},
      el("div", { class: "columns" }, response.element, detail.element),
      section("Events", table.element),
      el("div", { class: "columns" }, findings(one, select), usage(one)));
    return { element, table, detail, response };
  }

  scrubber() {
    this.slider = el("input", {
      type: "range", min: 0, max: this.axis.full[1], step: "any", "aria-label": "Time of the response so far",
      oninput: () => this.select(this.which, this.axis.eventAt(this.recording, Number(this.slider.value)), true),
      onkeydown: (told) => this.step(told),
    });
    this.moment = el("output", {});
    return el("div", { class: "scrub" }, this.moment, el("div", { class: "track" }, this.slider));
  }

  get recording() {
    return this.recordings[this.which];
  }

  switchTo(which) {
    this.which = which;
    this.active.replaceChildren(this.views[which].element);
    [...this.tabs.children].forEach((button, at) => button.setAttribute("aria-pressed", at === which));
    this.select(which, this.cursors[which]);
  }

  select(which, event, isSliding = false) {
    if (which !== this.which) {
      this.cursors[which] = event;
      this.switchTo(which);
      return;
    }
    this.cursors[which] = event;
    if (!isSliding) this.slider.value = this.axis.at(this.recording, event) ?? 0;
    this.showCursor();
  }

  show() {
    const event = this.cursors[this.which];
    if (!this.recording.columns.kind.length) return;
    const { table, detail, response } = this.views[this.which];
    const at = this.axis.at(this.recording, event);
    this.moment.textContent = this.axis.isTimed ? `${duration(at)} · event ${count(event)}` : `event ${count(event)}`;
    this.slider.setAttribute("aria-valuetext", this.moment.textContent);
    this.lanes.point(this.which, event);
    table.point(event);
    detail.show(event);
    response.show(event);
  }

  step(told) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[told.key];
    if (!step) return;
    told.preventDefault();
    const last = this.recording.columns.kind.length - 1;
    this.select(this.which, Math.max(0, Math.min(this.cursors[this.which] + step, last)));
  }

  key(told) {
    if (told.ctrlKey || told.metaKey || told.altKey || told.target.tagName === "INPUT") return;
    if (told.key === "/") {
      told.preventDefault();
      this.views[this.which].table.input.focus();
    } else if (told.key === "n" || told.key === "p") this.toFinding(told.key === "n");
    else if (told.key.startsWith("Arrow") && told.target === document.body && told.key.length > 9) this.step(told);
  }

  toFinding(isForward) {
    const found = [...this.views[this.which].table.filter.found].sort((one, other) => one - other);
    const cursor = this.cursors[this.which];
    const next = isForward ? found.find((event) => event > cursor) : found.findLast((event) => event < cursor);
    if (next !== undefined) this.select(this.which, next);
  }
}

unpackAll().then((recordings) => {
  const page = new Page(recordings);
  document.getElementById("page").replaceChildren(page.element);
  document.addEventListener("keydown", (told) => page.key(told));
  page.showCursor();
  requestAnimationFrame(() => requestAnimationFrame(() => document.documentElement.setAttribute("data-ready", "")));
  // The letters that filters look at are made before somebody looks.
  requestIdleCallback(() => page.views.forEach((view) => view.table.filter.text));
  // For tests and for the console of a curious reader.
  window.inspected = { recordings, page, textAsOf };
}, (error) => {
  document.getElementById("page").textContent = `The data of this page could not be read: ${error}`;
});
