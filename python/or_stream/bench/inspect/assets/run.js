// The page of a benchmark's run.
const CURVES = [["TTFT", "a"], ["ITL", "reasoning"], ["E2E", "b"]];

const PLANS = {
  FixedConcurrency: ({ users }) => `closed loop, ${count(users)} at a time`,
  FixedRate: ({ per_second: rate }) => `open loop, ${figure(rate)} a second`,
  Ramp: ({ first, last, seconds }) => `open loop, ${figure(first)} to ${figure(last)} a second in ${figure(seconds)} s`,
};
const moment = (text) => `${text.slice(0, 19).replace("T", " ")} UTC`;

function runHead(run) {
  const { requests } = run;
  return el("header", {},
    el("div", { class: "head" }, el("h1", {}, run.url),
      el("span", { class: `badge ${requests.failed ? "bad" : "good"}` }, `${count(requests.succeeded)} of ${count(requests.measured)} succeeded`),
      el("span", { class: "quiet" }, `${PLANS[run.plan.kind](run.plan)} · ${run.client} · ${moment(run.began_at)}${run.interrupted ? " · interrupted" : ""}`)),
    ...[...run.warnings, ...(run.requests.succeeded && Object.values(run.metrics).some((one) => one.tokens_from === "deltas") ? [UNCOUNTED] : [])].map((text) => el("p", { class: "note" }, text)));
}

const legendOf = (series) =>
  el("div", { class: "legend" }, ...series.map(([name, tint]) => el("span", {}, el("i", { class: "swatch", style: `background:var(--${tint})` }), name)));

const spreadRow = (name, told) =>
  el("tr", {}, cell(name), numberCell(count(told.count)), ...["p50", "p90", "p99", "max"].map((at) => numberCell(duration(told[at]))));

function runSpreads(spreads) {
  const shown = CURVES.filter(([name]) => spreads[name].curve.length > 1);
  const curves = shown.map(([name]) => {
    const points = new Map(spreads[name].curve.map(([value, share]) => [Math.max(value, LEAST_MS), share]));
    return [[...points.keys()], [...points.values()]];
  });
  return section("Latencies, cumulative", legendOf(shown),
    curves.length ? spreadPlot(curves, shown.map(([, tint]) => tint), "Cumulative distribution of TTFT, ITL and E2E", 280) : el("p", { class: "quiet" }, "No request had content."),
    el("p", { class: "hint" }, el("span", {}, "TTFT and E2E count from when a request was due; ITL is the gap from each delta to the next, 0 within a chunk.")));
}

// Each request at the moment when it was due: what came early and what came late, and what a stall did to all behind it.
function runRequests(starts) {
  if (!starts.length) return null;
  const rows = [...starts].sort((one, other) => one[0] - other[0]);
  const pick = (value) => rows.map((row) => { const ms = value(row); return ms === null ? null : Math.max(ms, LEAST_MS); });
  const failures = rows.some((row) => row[3]);
  const series = [["TTFT", "a", pick(([, ttft, , failed]) => (failed ? null : ttft))], ["E2E", "b", pick(([, , e2e, failed]) => (failed ? null : e2e))],
    ...(failures ? [["failed, E2E", "bad", pick(([, , e2e, failed]) => (failed ? e2e : null))]] : [])];
  return section("Requests over time", legendOf(series), scatterPlot(rows.map(([due]) => due), series, "Latencies of each request at the moment when it was due"));
}

function requestTable(title, rows) {
  if (!rows.length) return null;
  const made = rows.map((row) => el("tr", {}, numberCell(count(row.index)), numberCell(duration(row.intended_ms)), numberCell(duration(row.queueing_ms)),
    numberCell(duration(row.ttft_ms)), numberCell(duration(row.e2e_ms)), numberCell(count(row.output_tokens)), cell(row.outcome ?? "–"), cell(row.error ?? "", { class: "reason" })));
  return section(title, el("div", { class: "panel scroll" }, table(["#request", "#due at", "#queueing", "#TTFT", "#E2E", "#tokens", "outcome", "error"], made)));
}

function runErrors(errors) {
  const rows = Object.entries(errors).map(([kind, told]) => el("tr", {}, cell(kind, { class: "bad" }), numberCell(count(told.count)), cell(told.example, { class: "reason" })));
  return rows.length ? section("Errors", el("div", { class: "panel" }, table(["kind", "#count", "an example"], rows))) : null;
}

function runClient(run) {
  const vitals = run.client_vitals;
  const row = (name, told) => el("tr", {}, cell(name), ...["p50", "p99", "max"].map((at) => numberCell(duration(told[at]))));
  return section("The client itself", el("div", { class: "panel" }, table(["", "#p50", "#p99", "#max"], [row("event loop lag", vitals.loop_lag_ms), row("feeding a chunk", vitals.feed_lag_ms)])),
    el("p", { class: "quiet" }, `The busiest process used ${(vitals.busiest_process * 100).toFixed(0)} % of a core.`));
}

function selftestTable(told) {
  if (!told) return null;
  const rows = told.clients.map((one) => el("tr", {}, cell(one.client), numberCell(count(one.events_per_s)), numberCell((one.cpu_ns_per_event / 1000).toFixed(2)),
    numberCell(count(one.events)), numberCell(duration(one.seconds * 1000)), numberCell(count(one.failed))));
  const names = ["client", "#events a second", "#CPU µs an event", "#events", "#time", "#failed"];
  return section(`What clients can do: ${count(told.connections)} connections at once`, el("div", { class: "panel" }, table(names, rows)));
}

function runPage(facts) {
  const { run, spreads } = facts;
  if (!run) return el("div", {}, el("h1", {}, "What this client can do"), selftestTable(facts.selftest));
  const latencies = CURVES.map(([name]) => spreadRow(name, spreads[name]));
  return el("div", {}, runHead(run),
    strip([["requests", count(run.requests.measured)], ["failed", count(run.requests.failed), run.requests.failed ? "bad" : null], ["time", duration(run.seconds * 1000)],
      ["events", count(run.events)], ["bytes", bytes(run.bytes)], ["TTFT p50", duration(spreads.TTFT.p50)], ["TTFT p99", duration(spreads.TTFT.p99)], ["ITL p50", duration(spreads.ITL.p50)],
      ["ITL p99", duration(spreads.ITL.p99)], ["E2E p99", duration(spreads.E2E.p99)]]),
    el("div", { class: "columns" },
      el("div", {}, runSpreads(spreads), section("Percentiles", el("div", { class: "panel scroll" }, table(["", "#count", "#p50", "#p90", "#p99", "#max"], latencies)))),
      el("div", {}, runRequests(facts.starts), runClient(run), runErrors(run.errors))),
    selftestTable(run.selftest), requestTable("Failed requests", facts.failed), requestTable("Slowest requests", facts.slowest), metrics([{ metrics: run.metrics }]));
}

unpackAll().then(([facts]) => {
  document.getElementById("page").replaceChildren(runPage(facts));
  document.documentElement.setAttribute("data-ready", "");
}, (error) => {
  document.getElementById("page").textContent = `The data of this page could not be read: ${error}`;
});
