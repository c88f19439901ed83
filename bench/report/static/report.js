// Glue between the page and DataTables: all rows with their filters, rows that unfold, sortable boards, the theme.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const NONE = "–";
const named = (fields, values) => Object.fromEntries(fields.map((name, i) => [name, values[i] ?? null]));
const rows = data.rows.map((values) => named(data.row_fields, values));
const board = (row) => data.boards[row.board];

/** An element with attributes and children; texts are never taken for markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const fixed = (value, digits = 3) => value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");

function interval(mean, half, signed = false) {
  if (mean === null) return NONE;
  const text = fixed(mean);
  return `${signed && !/^(−|0\.000$)/.test(text) ? "+" : ""}${text} ± ${half === null ? NONE : fixed(half)}`;
}

function short(value) {
  if (value === null) return NONE;
  if (value > 0 && value < 0.001) return "<0.001";
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** A numeric column: shown as text, sorted by its number with nothing at the end of a descending order. */
const numeric = (title, number, text, more = {}) => ({
  title,
  data: null,
  className: "number",
  type: "num",
  searchable: false,
  orderSequence: ["desc", "asc", ""],
  render: (row, kind) => (kind === "display" ? escape(text(row)) : number(row) ?? -Infinity),
  ...more,
});
/** Text as HTML, which is what DataTables takes every string for, to show and to search. */
const escape = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const escaped = (value, kind) => (typeof value === "string" && (kind === "display" || kind === "filter") ? escape(value) : value);
const plain = (title, text, more = {}) => ({
  title, data: null, type: "string", render: (row, kind) => escaped(text(row, kind), kind), ...more,
});

function percent(part) {
  return part === null ? NONE : `${100 * part >= 1 ? (100 * part).toFixed(0) : Number((100 * part).toPrecision(1))} %`;
}
/** Whether a board has its metric at the shares of training rows, too: test rows have others there. */
const shifts = rows.some((row) => row.shifted !== null);
const unfold = '<button type="button" class="unfold" aria-expanded="false"><span aria-hidden="true">▸</span></button>';
const columns = [
  { title: '<span class="hidden">details</span>', data: null, defaultContent: unfold, orderable: false, searchable: false, className: "control" },
  plain("task", (row, kind) => {
    const { task, loud } = board(row);
    if (kind !== "display") return task;
    const cell = make("span", {}, task);
    if (loud) cell.append(" ", make("strong", { class: "loud" }, loud));
    return cell;
  }, { cellType: "th", className: "task" }),
  plain("source", (row) => board(row).source, { visible: false }),
  plain("method", (row, kind) => (kind === "display" && row.kind === 1 ? `${row.method} †` : row.method)),
  plain("classifier", (row) => row.classifier),
  plain("regime", (row) => row.regime),
  numeric("trained (of published)", (row) => row.trained, (row) => percent(row.trained)),
  plain("metric", (row) => board(row).metric + (board(row).lower ? " ↓" : "")),
  numeric("score", (row) => row.mean, (row) => (row.status === "ok" ? interval(row.mean, row.ci) : row.status)),
  numeric(`Δ to ${escape(data.reference)}`, (row) => row.diff, (row) => interval(row.diff, row.diffci, true)),
  numeric("Δ at training shares", (row) => row.shifted, (row) => interval(row.shifted, row.shiftedci, true), { visible: shifts }),
  plain("verdict", (row, kind) => (kind === "display" && row.more ? `${row.verdict} (${row.more} more)` : row.verdict ?? NONE)),
  numeric("fit (s)", (row) => row.fit, (row) => short(row.fit)),
  numeric("fit (CPU s)", (row) => row.cpu, (row) => short(row.cpu), { visible: rows.some((row) => row.cpu !== null) }),
  numeric("train (s)", (row) => row.train, (row) => short(row.train)),
  numeric("memory (MB)", (row) => row.rss, (row) => (row.rss === null ? NONE : row.rss.toFixed(0))),
  numeric("ok", (row) => row.ok / row.n, (row) => `${row.ok}/${row.n}`),
  plain("budget", (row) => board(row).budget, { visible: varies((one) => one.budget) }),
  plain("device", (row) => board(row).device, { visible: varies((one) => one.device) }),
];
function varies(of) {
  return new Set(data.boards.map(of)).size > 1;
}

const table = new DataTable("#all-rows", {
  data: rows,
  columns,
  order: [],
  deferRender: true,
  autoWidth: false,
  pageLength: 25,
  lengthMenu: [25, 100, 500, -1],
  layout: { topStart: "info", topEnd: ["pageLength", "search"], bottomStart: null, bottomEnd: "paging" },
  language: { search: "Search rows:", info: "_START_ to _END_ of _TOTAL_ rows", infoFiltered: "(of _MAX_)", lengthMenu: "_MENU_ rows a page" },
  createdRow(element, row) {
    if (board(row).source === "simulated") element.classList.add("simulated");
    if (row.status !== "ok") element.classList.add("failed");
    if (row.kind === 2) element.classList.add("reference");
    const task = element.querySelector("th");
    task.setAttribute("scope", "row");
    const names = `${board(row).task}, ${row.method}, ${row.classifier}, ${row.regime}`;
    element.querySelector("button.unfold").setAttribute("aria-label", `Seeds of ${names}`);
  },
});

for (const head of document.querySelectorAll("#all-rows thead th")) head.scope = "col";
const scroller = document.querySelector("#all-rows").parentElement;
for (const [key, value] of Object.entries({ tabindex: "0", role: "region", "aria-label": "All rows, scrolls sideways" })) scroller.setAttribute(key, value);

// ---- filters: one select a column, and their state in the address, so that a view can be linked to

const FILTERS = ["task", "source", "method", "classifier", "regime", "budget", "device"];
const index = Object.fromEntries(columns.map((column, i) => [column.title, i]));
const selects = {};
const form = document.getElementById("filters");
for (const name of FILTERS) {
  const values = [...new Set(rows.map((row) => row[name] ?? board(row)[name]))].sort();
  const select = make("select", { id: `filter-${name}` }, make("option", { value: "" }, `any ${name}`));
  select.append(...values.map((value) => make("option", { value }, value)));
  select.addEventListener("change", () => {
    apply(name);
    table.draw();
    const chosen = new URLSearchParams(FILTERS.filter((f) => selects[f].value).map((f) => [f, selects[f].value]));
    history.replaceState(null, "", chosen.size ? `#rows?${chosen}` : "#rows");
  });
  selects[name] = select;
  form.append(make("label", { hidden: values.length < 2 }, make("span", {}, name), select));
}
form.append(make("button", { type: "reset" }, "Clear filters"));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  table.search("");
  show("#rows");
});
form.hidden = false;

function apply(name) {
  const { value } = selects[name];
  table.column(index[name]).search(value === "" ? "" : (text) => text === value);
}

/** Show what an address asks for: `#rows?task=pima&method=smote`. */
function show(hash) {
  if (!/^#rows(\?|$)/.test(hash)) return;
  const wanted = new URLSearchParams(hash.split("?")[1] ?? "");
  for (const name of FILTERS) {
    const value = wanted.get(name) ?? "";
    selects[name].value = [...selects[name].options].some((option) => option.value === value) ? value : "";
    apply(name);
  }
  table.draw();
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
addEventListener("hashchange", () => {
  show(location.hash);
  if (location.hash.startsWith("#rows?")) {
    document.getElementById("rows").scrollIntoView();
    selects.task.focus({ preventScroll: true });
  }
});
show(location.hash);
if (location.hash.startsWith("#rows?")) document.getElementById("rows").scrollIntoView();

// ---- a row unfolds to its seeds

// field, title, text; those without a value in any seed are left out
const count = (value) => (value === null ? NONE : value.toFixed(0));
const SEED_COLUMNS = [
  ["seed", "seed", String],
  ["score", "score", (value) => (value === null ? NONE : fixed(value, 4))],
  ["diff", `Δ to ${data.reference}`, (value) => (value === null ? NONE : (value > 0 ? "+" : "") + fixed(value, 4))],
  ["fit", "fit (s)", short],
  ["sample", "sample (s)", short],
  ["train", "train (s)", short],
  ["infer", "infer (s)", short],
  ["rss", "memory (MB)", count],
  ["cpu", "CPU (s)", short],
  ["device", "device memory (MB)", count],
  ["energy", "energy (J)", short],
  ["id", "record", (value) => make("code", {}, value)],
  ["why", "failure", (value) => value ?? "none"],
];

function small(caption, titles, lines) {
  const numbers = lines.map((line) => line.map((cell) => typeof cell === "string" && /^[+−–<\d]/.test(cell)));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${caption}, scrolls sideways` },
    make("table", { class: "plain small" },
      make("caption", {}, make("span", {}, caption)),
      make("thead", {}, make("tr", {}, ...titles.map((title, i) => make("th", { scope: "col", class: numbers.every((line) => line[i]) ? "number" : "" }, title)))),
      make("tbody", {}, ...lines.map((line, j) => make("tr", {}, ...line.map((cell, i) =>
        make(i === 0 ? "th" : "td", { scope: i === 0 && "row", class: numbers[j][i] ? "number" : "" }, cell)))))));
}

function details(row) {
  const { metric, metrics, loud, task } = board(row);
  const seeds = row.seeds.map((values) => named(data.seed_fields, values));
  const shown = SEED_COLUMNS.filter(([field]) => seeds.some((seed) => seed[field] !== null));
  const lines = seeds.map((seed) => shown.map(([field, , text]) => text(seed[field])));
  const box = make("div", { class: "details" });
  const heading = make("p", {}, make("b", {}, `${task}: ${row.method} · ${row.classifier} · ${row.regime}`));
  if (loud) heading.append(" ", make("strong", { class: "loud" }, loud));
  if (row.diff !== null) {
    const facts = [`Δ to ${data.reference} ${interval(row.diff, row.diffci, true)}`];
    if (row.verdict !== null) facts.push(row.verdict + (row.more ? `: ${row.more} more seeds would decide it if they are like these` : ""));
    if (row.p !== null) facts.push(`p ${row.p < 0.001 ? "< 0.001" : `= ${fixed(row.p)}`}`);
    heading.append(make("br"), make("span", { class: "soft" }, facts.join("; ")));
  }
  box.append(heading, small(`Seeds; score is ${metric}`, shown.map(([, title]) => title), lines));
  const scores = metrics.map((name, i) => [name, row.metrics[2 * i], row.metrics[2 * i + 1]]).filter(([, mean]) => mean !== null);
  if (scores.length) {
    box.append(small("Metrics, mean ± half of the 95 % interval over seeds", ["metric", "mean"], scores.map(([name, mean, half]) => [name, interval(mean, half)])));
  }
  const pictures = data.pictures[[row.board, row.method, row.regime].join("\n")] ?? [];
  if (pictures.length) {
    box.append(make("ul", { class: "pictures", "aria-label": "Pictures" }, ...pictures.map(([name, link]) =>
      make("li", {}, make("a", { href: link }, make("img", { src: link, alt: "", loading: "lazy" }), name)))));
  }
  return box;
}

document.querySelector("#all-rows").addEventListener("click", (event) => {
  const button = event.target.closest("button.unfold");
  if (!button) return;
  const row = table.row(button.closest("tr"));
  const open = row.child.isShown();
  if (open) row.child.hide();
  else row.child(details(row.data()), "unfolded").show();
  button.setAttribute("aria-expanded", String(!open));
});

// ---- the boards that stand in the page: sortable, whole; made so when nothing else is to do

function sortable(element) {
  const many = element.tBodies[0].rows.length > 12;
  new DataTable(element, {
    paging: false, searching: many, info: false, order: [], autoWidth: false,
    columnDefs: [{ targets: ".number", type: "num-fmt", orderSequence: ["desc", "asc", ""], className: "number" }],
    layout: { topStart: many ? "search" : null, topEnd: null, bottomStart: null, bottomEnd: null },
    language: { search: "Search this table:" },
  });
}
// A browser that never finds itself idle (a busy machine, a page in the background) shall still make them.
const idle = globalThis.requestIdleCallback ? (task) => requestIdleCallback(task, { timeout: 2000 }) : setTimeout;
for (const element of document.querySelectorAll("table.sortable")) idle(() => sortable(element));

// ---- a task's plots wait as text until they are asked for: twenty tasks' would be most of the page's elements

for (const element of document.querySelectorAll("details.later")) {
  element.addEventListener("toggle", () => {
    const waiting = element.querySelector("noscript");
    if (waiting) waiting.outerHTML = waiting.textContent;
  });
}

// ---- what was measured of a task's synthetic rows: a table that is made when it is first opened

const amount = (text) => parseFloat(text.replace("−", "-"));
function measured({ heading, groups, columns, rows }, loud) {
  const first = ["method", "regime", "ok"];
  const head = (title, more = {}) => make("th", { scope: "col", ...more }, title);
  const lines = rows.map(([method, regime, kind, ok, ...texts]) => {
    const name = make("th", { scope: "row", "data-order": method }, kind === 1 ? `${method} †` : method);
    if (loud) name.append(" ", make("strong", { class: "loud" }, loud));
    const cells = texts.map((text) => make("td", { class: "number", "data-order": Number.isNaN(amount(text)) ? "" : amount(text) }, text));
    return make("tr", { class: { 2: "reference", 3: "failed" }[kind] }, name, make("td", {}, regime), make("td", {}, ok), ...cells);
  });
  const table = make("table", { class: `sortable display compact${loud ? " simulated" : ""}` },
    make("caption", {}, make("span", {}, "Means over seeds ± half of the 95 % interval; ↓ less is better, ↑ more is, → the value that real rows would have.")),
    make("thead", {},
      make("tr", {}, make("td", { colspan: first.length, "data-dt-order": "disable" }), ...groups.map(([name, count]) => make("th", { scope: "colgroup", colspan: count, class: "over", "data-dt-order": "disable" }, name))),
      make("tr", {}, ...first.map((title) => head(title)), ...columns.map((title) => head(title, { class: "number" })))),
    make("tbody", {}, ...lines));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${heading}, scrolls sideways` }, table);
}
for (const element of document.querySelectorAll("details.measures")) {
  element.addEventListener("toggle", () => {
    const found = data.synthetic[element.dataset.table];
    const box = measured(found, found.loud);
    element.querySelector("p").after(box);
    sortable(box.querySelector("table"));
  }, { once: true });
}

// ---- theme: the system's until the reader chooses

const toggle = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
try {
  chosen = localStorage.getItem("augbench-theme");
} catch {
  // a browser that keeps nothing for files: the choice lasts as long as the page
}
function paint() {
  const dark = chosen === null ? system.matches : chosen === "dark";
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  document.documentElement.classList.toggle("dark", dark); // DataTables' own name for it
  toggle.textContent = dark ? "Light theme" : "Dark theme";
}
toggle.addEventListener("click", () => {
  chosen = document.documentElement.classList.contains("dark") ? "light" : "dark";
  try {
    localStorage.setItem("augbench-theme", chosen);
  } catch {
    // as above
  }
  paint();
});
system.addEventListener("change", paint);
toggle.hidden = false;
paint();
