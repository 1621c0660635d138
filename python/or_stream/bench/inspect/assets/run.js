// The page of a benchmark's run.
const CURVES = [["TTFT", "a"], ["ITL", "reasoning"], ["E2E", "b"]];

function runHead(run) {
  const { requests } = run;
  return el("header", {},
    el("div", { class: "head" }, el("h1", {}, run.url),
      el("span", { class: `badge ${requests.failed ? "bad" : "good"}` }, `${count(requests.succeeded)} of ${count(requests.measured)} succeeded`),
      el("span", { class: "quiet" }, `${run.plan.kind} · ${run.client} · ${run.began_at}${run.interrupted ? " · interrupted" : ""}`)),
    ...run.warnings.map((text) => el("p", { class: "note" }, text)));
}

const spreadRow = (name, told) =>
  el("tr", {}, cell(name), numberCell(count(told.count)), ...["p50", "p90", "p99", "max"].map((at) => numberCell(duration(told[at]))));

function runSpreads(spreads) {
  const shown = CURVES.filter(([name]) => spreads[name].curve.length > 1);
  const curves = shown.map(([name]) => {
    const points = new Map(spreads[name].curve.map(([value, share]) => [Math.max(value, LEAST_MS), share]));
    return [[...points.keys()], [...points.values()]];
  });
  const legend = el("div", { class: "legend" }, ...shown.map(([name, tint]) => el("span", {}, el("i", { class: "swatch", style: `background:var(--${tint})` }), name)));
  return section("Latencies, cumulative", legend,
    curves.length ? spreadPlot(curves, shown.map(([, tint]) => tint), "Cumulative distribution of TTFT, ITL and E2E", 280) : el("p", { class: "quiet" }, "No request had content."),
    el("p", { class: "hint" }, el("span", {}, "TTFT and E2E count from when a request was due; ITL is the gap from each delta to the next, 0 within a chunk.")));
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
  const rows = told.clients.map((one) => el("tr", {}, cell(one.client), ...Object.entries(one).filter(([name]) => name !== "client").map(([, value]) => numberCell(figure(value)))));
  const names = Object.keys(told.clients[0]).filter((name) => name !== "client").map((name) => `#${name.replaceAll("_", " ")}`);
  return section(`Clients on ${count(told.connections)} connections`, el("div", { class: "panel" }, table(["client", ...names], rows)));
}

function runPage(facts) {
  const { run, spreads } = facts;
  if (!run) return el("div", {}, el("h1", {}, "What this client can do"), selftestTable(facts.selftest));
  const latencies = CURVES.map(([name]) => spreadRow(name, spreads[name]));
  return el("div", {}, runHead(run),
    strip([["requests", count(run.requests.measured)], ["failed", count(run.requests.failed), run.requests.failed ? "bad" : null], ["time", duration(run.seconds * 1000)],
      ["events", count(run.events)], ["bytes", bytes(run.bytes)], ["TTFT p50", duration(spreads.TTFT.p50)], ["TTFT p99", duration(spreads.TTFT.p99)], ["ITL p50", duration(spreads.ITL.p50)],
      ["ITL p99", duration(spreads.ITL.p99)], ["E2E p99", duration(spreads.E2E.p99)]]),
    el("div", { class: "columns" }, runSpreads(spreads),
      el("div", {}, section("Percentiles", el("div", { class: "panel" }, table(["", "#count", "#p50", "#p90", "#p99", "#max"], latencies))), runErrors(run.errors), runClient(run))),
    requestTable("Failed requests", facts.failed), requestTable("Slowest requests", facts.slowest), metrics([{ metrics: run.metrics }]));
}

unpackAll().then(([facts]) => {
  document.getElementById("page").replaceChildren(runPage(facts));
  document.documentElement.setAttribute("data-ready", "");
}, (error) => {
  document.getElementById("page").textContent = `The data of this page could not be read: ${error}`;
});
