// Elements are made, never parsed from text: nothing that a model wrote can become markup.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const cell = (text, attributes) => el("td", attributes, text);
const numberCell = (text) => el("td", { class: "number" }, text);

function table(names, rows, attributes = {}) {
  const head = names.map((name) => el("th", { class: name.startsWith("#") ? "number" : null, scope: "col" }, name.replace(/^#/, "")));
  return el("table", attributes, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}

const section = (title, ...children) => el("section", {}, el("h2", {}, title), ...children);

function strip(entries) {
  const parts = entries.map(([name, value, kind]) =>
    el("div", {}, el("dt", {}, name), el("dd", { class: kind, title: value }, value)),
  );
  return el("dl", { class: "strip" }, ...parts);
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Work that only the last of many calls needs: at most once a frame.
function onceAFrame(work) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      work();
    });
  };
}

const onSchemeChange = (work) => matchMedia("(prefers-color-scheme: dark)").addEventListener("change", work);
