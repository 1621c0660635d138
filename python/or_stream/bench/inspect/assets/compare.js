// Two recordings: what differs.
function difference(before, after) {
  if (typeof before !== "number" || typeof after !== "number") return numberCell("");
  const change = after - before;
  const share = before ? ` (${change > 0 ? "+" : ""}${((change / before) * 100).toFixed(1)} %)` : "";
  return numberCell(change === 0 ? "=" : `${change > 0 ? "+" : ""}${figure(change)}${share}`);
}

function differences(recordings) {
  const told = recordings.map((one) => ({
    "time, ms": one.is_timed ? one.end_ms : null, "TTFT, ms": one.markers.ttft, "TTFO, ms": one.markers.ttfo,
    "gap p50, ms": one.gaps?.p50, "gap p90, ms": one.gaps?.p90, "gap p99, ms": one.gaps?.p99, "longest gap, ms": one.gaps?.max,
    stalls: one.gaps?.stalls.length, events: one.columns.kind.length, chunks: one.chunks, bytes: one.bytes, items: one.lanes.length,
    "output tokens": one.usage?.output_tokens, deltas: one.counted.deltas, characters: one.counted.characters,
    findings: Object.values(one.conformance.totals).reduce((sum, many) => sum + many, 0), outcome: one.outcome,
    "text of all items": recordings[0].texts.length === recordings[1].texts.length && recordings[0].texts.every((text, at) => text.tellings.at(-1)?.text === recordings[1].texts[at].tellings.at(-1)?.text) ? "the same" : "differs",
  }));
  const rows = Object.keys(told[0]).map((name) =>
    el("tr", {}, cell(name), numberCell(figure(told[0][name])), numberCell(figure(told[1][name])), difference(told[0][name], told[1][name])));
  return section("Differences", el("div", { class: "panel scroll" }, table(["", "#A", "#B", "#B against A"], rows)));
}

function gapSpread(recordings) {
  const timed = recordings.filter((one) => one.columns.gap_ms.length > 1);
  if (!timed.length) return null;
  const names = timed.length > 1 ? ["a", "b"] : ["accent"];
  return section("How gaps are spread", spreadPlot(timed.map((one) => curveOf(one.columns.gap_ms)), names, "Cumulative distribution of the gaps"));
}
