// One event: the bytes as they came, and the JSON in them.
const utf8 = new TextDecoder();
const SHOWN = 200000;

function rawOf(recording, event) {
  const { offset, length } = recording.columns;
  return utf8.decode(recording.body.subarray(offset[event], offset[event] + length[event]));
}

function dataOf(recording, event) {
  const raw = rawOf(recording, event);
  if (recording.messages) return raw;
  const lines = raw.split(/\r\n|\r|\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(line[5] === " " ? 6 : 5)).join("\n");
}

function parsed(recording, event) {
  try {
    return JSON.parse(dataOf(recording, event));
  } catch {
    return undefined;
  }
}

// What a row says of an event: its delta or text, else the data as it stands.
function excerpt(recording, event) {
  const data = parsed(recording, event);
  const told = typeof data?.delta === "string" ? data.delta : null;
  return told === null ? dataOf(recording, event).slice(0, 300) : JSON.stringify(told);
}

const cut = (text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… ${count(text.length - SHOWN)} characters more` : text);

class Detail {
  constructor(recording) {
    this.recording = recording;
    this.raw = el("pre", { tabindex: 0, "aria-label": "Bytes of the event" });
    this.json = el("pre", { tabindex: 0, "aria-label": "JSON of the event" });
    this.title = el("span", { class: "quiet" });
    this.found = el("div", {});
    this.element = el("section", { class: "detail" },
      el("h2", {}, "Event ", this.title),
      this.found,
      el("div", { class: "two" },
        el("div", {}, el("h3", {}, "As sent"), el("div", { class: "panel" }, this.raw)),
        el("div", {}, el("h3", {}, "Parsed"), el("div", { class: "panel" }, this.json))));
  }

  show(event) {
    const { recording } = this;
    const { columns, kinds, conformance } = recording;
    this.title.textContent = `${count(event)} · ${kinds[columns.kind[event]]} · ${count(columns.length[event])} bytes at ${count(columns.offset[event])}`;
    this.raw.textContent = cut(rawOf(recording, event));
    const data = parsed(recording, event);
    this.json.textContent = data === undefined ? "(not JSON)" : cut(JSON.stringify(data, null, 2));
    const found = conformance.findings.filter((one) => one.event === event);
    this.found.replaceChildren(...found.map((one) => el("p", { class: "note" }, `${one.rule}: ${one.reason} (${one.title})`)));
  }
}
