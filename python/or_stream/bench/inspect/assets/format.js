const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

const count = (value) => (value === null || value === undefined ? "–" : grouped.format(value));

function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms >= 60000) return `${(ms / 60000).toFixed(1)} min`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10000 ? 1 : 2)} s`;
  if (ms >= 1) return `${ms.toFixed(ms >= 100 ? 0 : 1)} ms`;
  return ms === 0 ? "0 ms" : `${Math.round(ms * 1000)} µs`;
}

const bytes = (value) =>
  value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : value >= 1e4 ? `${(value / 1e3).toFixed(1)} kB` : `${count(value)} B`;

function figure(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return count(value);
  return Math.abs(value) >= 1000 ? count(value) : value.toPrecision(4);
}

// Metrics are told as nested objects; a table wants a name and a value.
function flat(values, before = "") {
  return Object.entries(values).flatMap(([name, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? flat(value, `${before}${name} `)
      : [[before + name, value]],
  );
}

const STATISTICS = ["count", "avg", "mean", "median", "std", "std_dev", "sum", "min", "p50", "p90", "p99", "max"];

// Metrics that are spread, each with its statistics, and those that are one value. vLLM has the statistic in the name.
function sortedOut(values) {
  const spread = new Map(), single = [];
  for (const [name, value] of Object.entries(values)) {
    const [, statistic, metric] = /^(mean|median|std|p\d+)_(.+)_ms$/.exec(name) ?? [];
    if (metric) spread.set(`${metric} (ms)`, { ...spread.get(`${metric} (ms)`), [statistic]: value });
    else if (value === null || typeof value !== "object" || Array.isArray(value)) single.push([name, value]);
    else {
      const shown = value.unit ? `${name} (${value.unit})` : name;
      if ("max" in value) spread.set(shown, { ...value, ...value.percentiles });
      else single.push([shown, value.avg ?? value.mean]);
    }
  }
  const columns = STATISTICS.filter((name) => [...spread.values()].some((row) => name in row));
  return { spread, single, columns: columns.filter((name) => name !== "p50" || !columns.includes("median")) };
}

const OUTCOMES = { completed: "good", incomplete: "warn" };
const outcomeClass = (outcome) => OUTCOMES[outcome] ?? "bad";
