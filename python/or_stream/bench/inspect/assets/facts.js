// What was found of the whole: the strip, findings, metrics, usage.
function strips(one) {
  const { gaps, markers, conformance } = one;
  const wrong = conformance.findings.some((found) => found.severity === "error");
  const found = Object.values(conformance.totals).reduce((sum, many) => sum + many, 0);
  return strip([
    ["events", count(one.columns.kind.length)], ["chunks", count(one.chunks)], ["bytes", bytes(one.bytes)],
    ...(one.is_timed ? [
      ["time", duration(one.end_ms)], ["TTFT", duration(markers.ttft)], ["TTFO", duration(markers.ttfo)],
      ["gap p50", duration(gaps.p50)], ["gap p99", duration(gaps.p99)], ["stalls", count(gaps.stalls.length), gaps.stalls.length ? "bad" : null],
    ] : []),
    ["output tokens", count(one.usage?.output_tokens)], ["findings", count(found), wrong ? "bad" : found ? "warn" : "good"],
  ]);
}

function heading(one, letter) {
  return el("div", { class: "head" },
    letter ? el("i", { class: "swatch", style: `background:var(--${letter})` }) : null,
    el("h1", {}, one.name),
    el("span", { class: `badge ${outcomeClass(one.outcome)}` }, one.outcome ?? "no outcome"),
    el("span", { class: "quiet" }, [one.model, one.response_id, one.status ? `HTTP ${one.status}` : null].filter(Boolean).join(" · ")));
}

function notes(one) {
  const told = [one.file_fault, one.stream_fault].filter(Boolean);
  if (!one.columns.kind.length) told.push(one.bytes ? "There is no event in these bytes." : "There are no bytes in this recording.");
  else if (!one.is_timed) told.push("This recording has no times: the axis counts events, and there are no latencies. An .orx or .jsonl has them.");
  return told.map((text) => el("p", { class: "note" }, text));
}

function findings(one, select) {
  const { conformance } = one;
  const rows = conformance.findings.map((found) => {
    const go = found.event === null ? {} : {
      class: "link", tabindex: 0, onclick: () => select(found.event),
      onkeydown: (told) => told.key === "Enter" && select(found.event),
    };
    return el("tr", go,
      cell(found.rule, { class: found.severity === "error" ? "bad" : "warn" }), numberCell(found.event === null ? "" : count(found.event)),
      el("td", { class: "reason" }, found.reason, " ", el("span", { class: "quiet" }, `(${found.title})`)));
  });
  const total = Object.values(conformance.totals).reduce((sum, many) => sum + many, 0);
  const verdict = el("p", { class: "quiet" },
    `${conformance.ok ? "Conformant" : "Not conformant"}: contract ${conformance.spec}, profile ${conformance.profile}`,
    total > rows.length ? `; ${count(total - rows.length)} more of the same rules` : "");
  return section("Conformance", verdict, rows.length ? el("div", { class: "panel scroll" }, table(["rule", "#event", "what is wrong"], rows)) : null);
}

function usage(one) {
  const told = one.usage ?? {};
  const tokens = told.output_tokens || null;
  const { deltas, chunks_with_deltas: chunks, characters, bytes: size } = one.counted;
  const each = (many) => (tokens && many ? (tokens / many).toFixed(2) : "–");
  const rows = [
    ["input tokens, by the server", count(told.input_tokens), ""],
    ["output tokens, by the server", count(told.output_tokens), ""],
    ["reasoning tokens of these", count(told.output_tokens_details?.reasoning_tokens), ""],
    ["deltas received", count(deltas), each(deltas)],
    ["chunks with deltas", count(chunks), each(chunks)],
    ["characters of deltas", count(characters), each(characters)],
    ["bytes of deltas", count(size), each(size)],
  ].map(([name, value, ratio]) => el("tr", {}, cell(name), numberCell(value), numberCell(ratio)));
  return section("Usage against what was counted", el("div", { class: "panel" }, table(["", "#count", "#tokens for each"], rows)),
    el("p", { class: "hint" }, "A chunk is no token, and neither is a delta: only the server counts tokens."));
}

// Where a name does not say it.
const UNITS = {
  vllm: "Times in seconds.", aiperf: "Times in milliseconds, rates in tokens a second.",
  guidellm: "Times in milliseconds where the name says so, else in seconds.", otel: "Times in seconds.",
};

const UNCOUNTED = "The server counted no tokens: each delta was taken for one, which it is not.";

function metricTables(values) {
  const { spread, single, columns } = sortedOut(values);
  const rows = [...spread].map(([name, row]) => el("tr", {}, cell(name, { class: "mono" }), ...columns.map((column) => numberCell(figure(row[column])))));
  const rest = single.map(([name, value]) => el("tr", {}, cell(name, { class: "mono" }), numberCell(figure(value))));
  return [rows.length ? table(["metric", ...columns.map((name) => `#${name}`)], rows) : null, rest.length ? table(["metric", "#value"], rest) : null];
}

function metrics(recordings) {
  const [one, other] = recordings;
  const tools = Object.keys(one.metrics).filter((tool) => !other || other.metrics[tool]);
  if (!tools.length) return null;
  const body = el("div", { class: "panel scroll" }), note = el("p", { class: "hint" });
  const show = (tool) => {
    const second = new Map(other ? flat(other.metrics[tool]) : []);
    const compared = other ? flat(one.metrics[tool]).map(([name, value]) =>
      el("tr", {}, cell(name, { class: "mono" }), numberCell(figure(value)), numberCell(figure(second.get(name))), difference(value, second.get(name)))) : null;
    const shown = other ? [table(["metric", "#A", "#B", "#difference"], compared)] : metricTables(one.metrics[tool]);
    body.replaceChildren(...shown.filter(Boolean));
    note.textContent = [one.columns ? UNITS[tool] : null, one.metrics[tool].tokens_from === "deltas" ? UNCOUNTED : null].filter(Boolean).join(" ");
    for (const button of buttons.children) button.setAttribute("aria-pressed", button.textContent === tool);
  };
  const buttons = el("div", { class: "tabs" }, ...tools.map((tool) => el("button", { onclick: () => show(tool) }, tool)));
  const made = el("section", {}, el("div", { class: "head" }, el("h2", {}, "Metrics by definition"), buttons), body, note);
  show(tools[0]);
  return made;
}
