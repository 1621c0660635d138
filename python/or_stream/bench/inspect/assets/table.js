// The events as rows, of which only those in sight exist.
const ROW = 22;
const NAMES = ["#event", "#time", "#since last", "#seq", "#chunk", "type", "#item", "#chars", "data"];

class EventTable {
  constructor(recording, axis, select) {
    Object.assign(this, { recording, axis, select });
    this.filter = new Filter(recording);
    this.events = this.filter.events("");
    this.cursor = 0;
    this.pool = [];
    this.space = el("div", { style: "position:relative" });
    this.rows = el("div", {
      class: "rows", tabindex: 0, role: "grid", "aria-label": "Events", onscroll: onceAFrame(() => this.draw()),
      onkeydown: (told) => this.key(told),
    }, this.space);
    this.input = el("input", {
      type: "search", placeholder: "Filter: words of the event, type:delta, item:0, gap:100, seq:12, chunk:3, is:finding",
      "aria-label": "Filter events", spellcheck: "false", oninput: () => this.apply(),
    });
    this.told = el("output", { class: "quiet number" });
    const names = NAMES.map((name) => el("span", { class: name.startsWith("#") ? "number" : null }, name.replace("#", "")));
    this.element = el("div", {},
      el("div", { class: "filter" }, this.input, this.told),
      el("div", { class: "grid" }, el("div", { class: "row names", "aria-hidden": "true" }, ...names), this.rows));
    new ResizeObserver(() => this.draw()).observe(this.rows);
    this.apply();
  }

  apply() {
    this.events = this.filter.events(this.input.value);
    this.told.textContent = `${count(this.events.length)} of ${count(this.recording.columns.kind.length)} events`;
    this.space.style.height = `${this.events.length * ROW}px`;
    this.rows.setAttribute("aria-rowcount", this.events.length);
    this.reveal(this.cursor);
    this.draw();
  }

  point(event) {
    this.cursor = event;
    this.reveal(event);
    this.draw();
  }

  // The row of an event, or of the last one before it that the filter let through.
  place(event) {
    return Math.max(0, upTo(this.events, event) - 1);
  }

  reveal(event) {
    const top = this.place(event) * ROW, height = this.rows.clientHeight;
    if (top < this.rows.scrollTop || top + ROW > this.rows.scrollTop + height) this.rows.scrollTop = top - height / 2;
  }

  draw() {
    const first = Math.max(0, Math.floor(this.rows.scrollTop / ROW) - 4);
    const last = Math.min(this.events.length, first + Math.ceil(this.rows.clientHeight / ROW) + 8);
    while (this.pool.length < last - first) this.pool.push(this.space.appendChild(this.row()));
    this.pool.forEach((row, place) => {
      row.hidden = row.style.display = first + place < last ? "" : "none";
      if (first + place < last) this.fill(row, first + place);
    });
  }

  row() {
    const cells = NAMES.map((name) => el("span", { role: "gridcell", class: name.startsWith("#") ? "number" : null }));
    cells[5].className = "kind";
    cells[8].className = "said-text";
    const row = el("div", { class: "row", role: "row" }, ...cells);
    row.addEventListener("click", () => this.select(row.event));
    return row;
  }

  fill(row, place) {
    const event = (row.event = this.events[place]);
    const { columns, kinds, lanes } = this.recording;
    const before = event > 0 ? columns.time_ms[event] - columns.time_ms[event - 1] : 0;
    row.style.top = `${place * ROW}px`;
    row.setAttribute("aria-rowindex", place + 1);
    row.setAttribute("aria-selected", event === this.cursor);
    row.classList.toggle("found", this.filter.found.has(event));
    row.classList.toggle("after", event > this.cursor);
    const lane = columns.lane[event];
    [
      count(event), this.recording.is_timed ? duration(columns.time_ms[event]) : "", before ? `+${duration(before)}` : "",
      columns.sequence[event] < 0 ? "" : count(columns.sequence[event]), count(columns.chunk[event]), kinds[columns.kind[event]],
      lane < 0 ? "" : lanes[lane].output_index, columns.characters[event] || "", excerpt(this.recording, event),
    ].forEach((text, at) => {
      row.children[at].textContent = text;
    });
  }

  key(told) {
    const page = Math.floor(this.rows.clientHeight / ROW) - 1;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[told.key];
    if (step === undefined || !this.events.length) return;
    told.preventDefault();
    this.select(this.events[Math.max(0, Math.min(this.place(this.cursor) + step, this.events.length - 1))]);
  }
}
