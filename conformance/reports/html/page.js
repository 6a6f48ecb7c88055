"use strict";

// The list of cases, its filters and the drill-down. Everything that a framework said is put in
// as text: nothing here makes HTML out of strings.

const PORTION = 50;
const LABELS = {
  search: "search", area: "area", target: "target", subject: "implementation", kind: "verdict",
  loss: "loss", difference: "known difference",
};
const FILTERS = Object.keys(LABELS);
const FAILING = "failing";
const find = (id) => document.getElementById(id);

let data;
let found = []; // cases with the numbers of their pairs that the filters let through
let limit = PORTION;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// ---- data

async function load() {
  const bytes = Uint8Array.from(atob(find("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function prepare(loaded) {
  data = loaded;
  data.byId = new Map(data.cases.map((one) => [one.id, one]));
  for (const one of data.cases) {
    one.text = [one.id, ...one.notes.map(([, observed]) => observed)].join("\n").toLowerCase();
    one.notes = new Map(one.notes.map(([pair, ...note]) => [pair, note]));
  }
}

function verdict(one, pair) {
  const number = one.kinds[pair];
  if (number === "?") return null;
  const [kind, symbol, fails] = data.kinds[number];
  return { kind, symbol, style: fails ? FAILING : kind };
}

const differences = (one, pair) => one.notes.get(pair)?.[1] ?? [];
const observed = (one, pair) => one.notes.get(pair)?.[0] || "as expected";

// ---- filters

function offer(name, values) {
  const select = find("filters").elements[name];
  select.append(make("option", { value: "" }, "all"));
  for (const value of values) select.append(make("option", { value }, value));
}

function offerAll() {
  const seen = new Set(data.cases.map((one) => one.kinds).join(""));
  const kinds = data.kinds.filter((_, n) => seen.has(String(n)));
  const fails = kinds.some(([, , failing]) => failing);
  offer("area", new Set(data.cases.map((one) => one.area)));
  offer("target", new Set(data.pairs.map(([target]) => target)));
  offer("subject", new Set(data.pairs.map(([, subject]) => subject)));
  offer("kind", [...(fails ? [FAILING] : []), ...kinds.map(([kind]) => kind)]);
  offer("loss", new Set(data.cases.map((one) => one.loss)));
  offer("difference", Object.keys(data.whys));
}

function filters() {
  const { elements } = find("filters");
  return Object.fromEntries(FILTERS.map((name) => [name, elements[name].value.trim()]));
}

function setFilters(wanted) {
  const { elements } = find("filters");
  for (const name of FILTERS) {
    elements[name].value = wanted[name] ?? "";
    if (elements[name].selectedIndex === -1) elements[name].value = "";
  }
}

function passing(wanted) {
  const pairs = data.pairs.flatMap(([target, subject], n) =>
    (!wanted.target || wanted.target === target) && (!wanted.subject || wanted.subject === subject)
      ? [n]
      : []);
  const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (one, pair) => {
    const { kind, style } = verdict(one, pair) ?? {};
    return kind && (!wanted.kind || wanted.kind === kind || wanted.kind === style)
      && (!wanted.difference || differences(one, pair).includes(wanted.difference));
  };
  return data.cases
    .filter((one) => (!wanted.area || wanted.area === one.area)
      && (!wanted.loss || wanted.loss === one.loss)
      && words.every((word) => one.text.includes(word)))
    .map((one) => ({ one, pairs: pairs.filter((pair) => fits(one, pair)) }))
    .filter((hit) => hit.pairs.length);
}

function refresh() {
  found = passing(filters());
  limit = PORTION;
  find("list").replaceChildren();
  extend();
  find("status").textContent = summary();
}

// Filters add up, so that the result names those that are on.
function summary() {
  const verdicts = found.reduce((sum, hit) => sum + hit.pairs.length, 0);
  const active = Object.entries(filters()).filter(([, value]) => value)
    .map(([name, value]) => `${LABELS[name]} ${value}`).join(", ");
  const count = found.length
    ? `${found.length} of ${data.cases.length} cases, ${verdicts} verdicts`
    : `None of ${data.cases.length} cases matches`;
  return active ? `${count}; filters: ${active}` : count;
}

function hashOf(entries) {
  const given = Object.entries(entries).filter(([, value]) => value);
  return given.length ? `#${new URLSearchParams(given)}` : location.href.split("#")[0];
}

function filtersChanged() {
  history.replaceState(null, "", hashOf(filters()));
  refresh();
}

// ---- list

function marks(one, pairs) {
  const counts = new Map(data.kinds.map(([kind]) => [kind, 0]));
  for (const pair of pairs) {
    const { kind } = verdict(one, pair);
    counts.set(kind, counts.get(kind) + 1);
  }
  return data.kinds.filter(([kind]) => counts.get(kind)).map(([kind, symbol, fails]) =>
    make("span", { class: fails ? FAILING : kind, title: kind }, `${symbol}${counts.get(kind)}`));
}

function highlight(one, pairs) {
  const rank = (pair) => [FAILING, "known"].indexOf(verdict(one, pair).style);
  const notable = pairs.filter((pair) => rank(pair) >= 0).sort((a, b) => rank(a) - rank(b));
  if (!notable.length) return [];
  const [target, subject] = data.pairs[notable[0]];
  const more = notable.length > 1 ? ` (and ${notable.length - 1} more)` : "";
  const text = `${target} ${subject}: ${observed(one, notable[0])}, expected ${one.expected}${more}`;
  return [make("span", { class: "observed" }, text)];
}

function row({ one, pairs }) {
  const button = make("button", { type: "button", class: "row" },
    make("span", { class: "id" }, one.id),
    make("span", { class: "marks" }, ...marks(one, pairs)),
    ...highlight(one, pairs));
  button.addEventListener("click", () => { location.hash = caseHash(one, best(one, pairs)); });
  return make("li", {}, button);
}

function extend() {
  const list = find("list");
  list.append(...found.slice(list.children.length, limit).map(row));
  const rest = found.length - list.children.length;
  find("more").hidden = rest === 0;
  find("more").textContent = `Show ${Math.min(rest, PORTION)} more of ${rest}`;
}

function showMore() {
  const first = find("list").children.length;
  limit += PORTION;
  extend();
  find("list").children[first].firstChild.focus();
}

// ---- drill-down

function caseHash(one, pair) {
  const [target, subject] = data.pairs[pair] ?? [];
  return hashOf({ case: one.id, target, subject });
}

// The verdict to open first: a failure, a known difference, any result.
function best(one, pairs = data.pairs.keys()) {
  const order = [FAILING, "known", "agrees", "absent"];
  const asked = [...pairs].filter((pair) => verdict(one, pair));
  const rank = (pair) => order.indexOf(verdict(one, pair).style);
  return asked.sort((a, b) => rank(a) - rank(b) || a - b)[0];
}

function show(one, target, subject) {
  const wanted = [...data.pairs.keys()].filter((pair) =>
    (!target || data.pairs[pair][0] === target) && (!subject || data.pairs[pair][1] === subject));
  find("case-title").textContent = one.id;
  find("case-body").replaceChildren(...description(one), results(one, best(one, wanted)));
  if (!find("case").open) find("case").showModal();
  find("case-title").focus();
  find("case").scrollTop = 0;
}

function facts(entries) {
  return make("dl", { class: "facts" }, ...entries.map(([name, ...value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, ...value))));
}

function link(address, text) {
  return address.startsWith("https://")
    ? make("a", { href: address, rel: "noreferrer" }, text)
    : text;
}

function numbers(title, kind, text) {
  return [
    make("h3", {}, title, " ", make("small", {}, kind)),
    make("pre", { tabindex: "0", "aria-label": title }, text),
  ];
}

function description(one) {
  const source = one.source ? [["from", link(one.source[1], one.source[0])]] : [];
  return [
    facts([["area", one.area], ["loss", one.loss], ...one.call, ...source]),
    ...one.arrays.flatMap((array) => numbers(...array)),
    make("h3", {}, "expected"),
    make("pre", { class: "wraps" }, one.expected),
    make("h3", {}, "observed"),
  ];
}

function results(one, first) {
  const asked = [...data.pairs.keys()].filter((pair) => verdict(one, pair));
  return make("ol", { class: "results" }, ...asked.map((pair) =>
    make("li", {}, result(one, pair, pair === first))));
}

function line(tag, one, pair) {
  const { kind, symbol, style } = verdict(one, pair);
  const [target, subject] = data.pairs[pair];
  return make(tag, { class: `line ${kind === "absent" ? "absent" : ""}` },
    make("span", { class: style, role: "img", "aria-label": kind, title: kind }, symbol),
    make("span", {}, target), make("span", {}, subject), make("span", {}, observed(one, pair)));
}

function result(one, pair, first) {
  if (verdict(one, pair).kind === "absent") return line("div", one, pair);
  const details = make("details", { "data-pair": pair }, line("summary", one, pair));
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    if (details.children.length === 1) details.append(more(one, pair));
    history.replaceState(null, "", caseHash(one, pair));
  });
  details.open = first;
  return details;
}

function differenceLink(id) {
  return make("a", { href: `#difference-${encodeURIComponent(id)}` }, id);
}

function more(one, pair) {
  const [, ids = [], predicted] = one.notes.get(pair) ?? [];
  const entries = [
    ["verdict", verdict(one, pair).kind], ["expected", one.expected],
    ["observed", observed(one, pair)],
    ...ids.map((id) => ["known difference", differenceLink(id), `: ${data.whys[id]}`]),
    ...(predicted ? [["predicted by it", predicted]] : []),
  ];
  const [target, subject] = data.pairs[pair];
  return make("div", { class: "more" }, facts(entries),
    ...(target === data.page ? [] : [reproduction(one, target, subject)]));
}

function reproduction(one, target, subject) {
  const command = `mlloss conformance --case '${one.id}' --target ${target} --subject ${subject}`;
  return make("div", { class: "script" }, make("h4", {}, "Script to reproduce it"),
    make("pre", { tabindex: "0", "aria-label": "command" }, `${command} --script`));
}

// ---- addresses

function unfold() {
  const entry = location.hash && find(decodeURIComponent(location.hash.slice(1)));
  if (entry?.tagName !== "DETAILS") return;
  entry.open = true;
  entry.scrollIntoView();
  entry.firstElementChild.focus({ preventScroll: true });
}

function follow() {
  const wanted = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (wanted.case) {
    const one = data.byId.get(wanted.case);
    if (one) return show(one, wanted.target, wanted.subject);
    find("status").textContent = `There is no case ${wanted.case} in this run.`;
  }
  if (find("case").open) find("case").close();
  if (!wanted.case && FILTERS.some((name) => name in wanted)) {
    setFilters(wanted);
    refresh();
    goToCases();
  }
  unfold();
}

function goToCases() {
  find("cases").scrollIntoView();
  find("cases").focus({ preventScroll: true });
}

function closed() {
  if (new URLSearchParams(location.hash.slice(1)).has("case")) {
    history.replaceState(null, "", hashOf(filters()));
  }
}

function filterBy(button) {
  setFilters(button.dataset);
  history.pushState(null, "", hashOf(filters()));
  refresh();
  goToCases();
}

function listen() {
  const form = find("filters");
  form.addEventListener("input", filtersChanged);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filtersChanged)); // after it is reset
  find("more").addEventListener("click", showMore);
  find("close").addEventListener("click", () => find("case").close());
  find("case").addEventListener("close", closed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".cell, .link");
    if (button) filterBy(button);
  });
  addEventListener("hashchange", follow);
}

async function start() {
  prepare(await load());
  offerAll();
  listen();
  refresh();
  find("browser").hidden = false;
  document.documentElement.classList.add("ready");
  follow();
}

start().catch((error) => {
  find("trouble").hidden = false;
  find("trouble").textContent = `The list of cases cannot be shown by this browser: ${error}`;
});
