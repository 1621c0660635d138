// The response as it was after an event.
const TAIL = 20000; // of a long text the end is shown: that is what moves
const IS_CODE = new Set(["arguments", "input", "code", "command", "diff"]);

class ResponseSoFar {
  constructor(recording) {
    this.recording = recording;
    this.state = el("span", { class: "badge" });
    this.said = el("div", { class: "panel said", tabindex: 0, "aria-label": "The response so far" });
    this.element = el("section", { class: "response" }, el("h2", {}, "Response so far ", this.state), this.said);
  }

  show(event) {
    const state = stateAsOf(this.recording, event);
    this.state.textContent = state;
    this.state.className = `badge ${state === "in_progress" || state === "queued" || state === "nothing yet" ? "quiet" : outcomeClass(state)}`;
    const shown = this.recording.lanes.map((lane, number) => [lane, number]).filter(([lane]) => lane.first <= event);
    this.said.replaceChildren(...(shown.length ? shown.map(([lane, number]) => this.item(lane, number, event)) : [el("p", { class: "quiet" }, "No item yet.")]));
    this.said.scrollTop = this.said.scrollHeight;
  }

  item(lane, number, event) {
    const isDone = lane.done !== null && lane.done <= event;
    const texts = this.recording.texts.filter((one) => one.lane === number);
    const parts = texts.flatMap((text) => this.part(text, event));
    const names = [lane.name, lane.call_id || lane.id].filter(Boolean).join(" · ");
    return el("div", { class: "item" },
      el("h3", {}, el("i", { class: "swatch", style: `background:var(--${laneColour(lane.type)})` }), `${lane.output_index} ${lane.type || "item"} `,
        el("span", { class: "label mono" }, names), el("span", { class: isDone ? "label good" : "label" }, isDone ? " done" : " in progress")),
      ...(parts.length ? parts : [this.whole(lane, event)]));
  }

  part(text, event) {
    const told = textAsOf(this.recording, text, event);
    if (told === null) return [];
    const hidden = told.text.length - TAIL;
    const shown = hidden > 0 ? `… ${count(hidden)} characters before\n${told.text.slice(hidden)}` : told.text;
    const replaced = told.telling ? " · told anew by a later event" : "";
    return [
      el("div", { class: "label" }, `${text.channel} ${text.part} · ${count(told.text.length)} characters${replaced}`),
      el("div", { class: IS_CODE.has(text.channel) ? "told mono" : "told" }, shown),
    ];
  }

  // An item without texts, such as a search, is shown as its event told it.
  whole(lane, event) {
    const at = lane.done !== null && lane.done <= event ? lane.done : lane.added;
    const item = at === null ? undefined : parsed(this.recording, at)?.item;
    return item ? el("div", { class: "told mono" }, JSON.stringify(item).slice(0, 4000)) : null;
  }
}
