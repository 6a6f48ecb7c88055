"use strict";

// The list of cases, its filters and the drill-down. Everything that a framework said is put in
// as text: nothing here makes HTML out of strings.

const PORTION = 50;
const FILTERS = ["search", "area", "target", "subject", "kind", "loss", "difference"];
const FAILING = "failing";
const find = (id) => document.getElementById(id);

let data;
let found = []; // cases with the numbers of their pairs that the filters let through
let limit = PORTION;
let open = null; // the case in the dialog

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
  let number = 0;
  for (const one of data.cases) {
    one.notes = new Map(one.said.map(([pair, ...said]) => [pair, said]));
    one.scripts = new Map(one.scripts.map((pair) => [pair, number++]));
    one.text = [one.id, ...one.said.map(([, came]) => came)].join("\n").toLowerCase();
  }
}

function script(one, pair) {
  const [outline, ...filling] = data.scripts[one.scripts.get(pair)];
  return data.outlines[outline].map((n) => data.lines[n < 0 ? filling.shift() : n]).join("\n");
}

function verdict(one, pair) {
  const number = one.kinds[pair];
  if (number === "?") return null;
  const [kind, symbol, fails] = data.kinds[number];
  return { kind, symbol, style: fails ? FAILING : kind };
}

const difference = (one, pair) => one.notes.get(pair)?.[1] ?? "";
const came = (one, pair) => one.notes.get(pair)?.[0] || "as expected";

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
      && (!wanted.difference || wanted.difference === difference(one, pair));
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
  const verdicts = found.reduce((sum, hit) => sum + hit.pairs.length, 0);
  find("status").textContent = found.length
    ? `${found.length} of ${data.cases.length} cases, ${verdicts} verdicts`
    : "No case is like that.";
}

function hashOf(entries) {
  const told = Object.entries(entries).filter(([, value]) => value);
  return told.length ? `#${new URLSearchParams(told)}` : location.href.split("#")[0];
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

function telling(one, pairs) {
  const rank = (pair) => [FAILING, "known"].indexOf(verdict(one, pair).style);
  const worth = pairs.filter((pair) => rank(pair) >= 0).sort((a, b) => rank(a) - rank(b));
  if (!worth.length) return [];
  const [target, subject] = data.pairs[worth[0]];
  const more = worth.length > 1 ? ` (and ${worth.length - 1} more)` : "";
  const text = `${target} ${subject}: ${came(one, worth[0])}, expected ${one.expected}${more}`;
  return [make("span", { class: "came" }, text)];
}

function row({ one, pairs }) {
  const button = make("button", { type: "button", class: "row" },
    make("span", { class: "id" }, one.id),
    make("span", { class: "marks" }, ...marks(one, pairs)),
    ...telling(one, pairs));
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

// What is worth to be seen first of a case: a failure, a known difference, any answer.
function best(one, pairs = data.pairs.keys()) {
  const order = [FAILING, "known", "agrees", "absent"];
  const asked = [...pairs].filter((pair) => verdict(one, pair));
  const rank = (pair) =>
    order.indexOf(verdict(one, pair).style) + (one.scripts.has(pair) ? 0 : 0.5);
  return asked.sort((a, b) => rank(a) - rank(b) || a - b)[0];
}

function show(one, target, subject) {
  const wanted = [...data.pairs.keys()].filter((pair) =>
    (!target || data.pairs[pair][0] === target) && (!subject || data.pairs[pair][1] === subject));
  open = one;
  find("case-title").textContent = one.id;
  find("case-body").replaceChildren(...description(one), answers(one, best(one, wanted)));
  if (!find("case").open) find("case").showModal();
  find("case-title").focus();
  find("case").scrollTop = 0;
  const place = found.findIndex((hit) => hit.one === one);
  find("previous").disabled = place <= 0;
  find("next").disabled = place < 0 || place === found.length - 1;
}

function step(by) {
  const next = found[found.findIndex((hit) => hit.one === open) + by];
  if (next) location.hash = caseHash(next.one, best(next.one, next.pairs));
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
    make("h3", {}, "what came"),
  ];
}

function answers(one, first) {
  const asked = [...data.pairs.keys()].filter((pair) => verdict(one, pair));
  return make("ol", { class: "answers" }, ...asked.map((pair) =>
    make("li", {}, answer(one, pair, pair === first))));
}

function line(tag, one, pair) {
  const { kind, symbol, style } = verdict(one, pair);
  const [target, subject] = data.pairs[pair];
  return make(tag, { class: `line ${kind === "absent" ? "absent" : ""}` },
    make("span", { class: style, role: "img", "aria-label": kind, title: kind }, symbol),
    make("span", {}, target), make("span", {}, subject), make("span", {}, came(one, pair)));
}

function answer(one, pair, first) {
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
  const [, id, instead] = one.notes.get(pair) ?? [];
  const told = [
    ["verdict", verdict(one, pair).kind], ["expected", one.expected], ["got", came(one, pair)],
    ...(id ? [["known difference", differenceLink(id), `: ${data.whys[id]}`]] : []),
    ...(instead ? [["according to it", instead]] : []),
  ];
  return make("div", { class: "more" }, facts(told),
    ...(one.scripts.has(pair) ? [reproduction(script(one, pair))] : []));
}

function reproduction(text) {
  const code = make("pre", { tabindex: "0", "aria-label": "reproduction" }, text);
  const button = make("button", { type: "button", class: "copy" }, "Copy");
  const told = make("span", { role: "status", class: "note" });
  button.addEventListener("click", async () => { told.textContent = await copy(code); });
  return make("div", { class: "script" },
    make("div", {}, make("h4", {}, "Reproduction"), button, told), code);
}

// Where a page from a file may not write to the clipboard, the selection can still be copied.
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return "Copied";
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand("copy") ? "Copied" : "Selected: copy it with Ctrl+C";
  }
}

// ---- addresses and keys

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
  open = null;
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

function walk(event) {
  const rows = [...find("list").querySelectorAll(".row")];
  const at = rows.indexOf(document.activeElement);
  const searching = document.activeElement === find("filters").elements.search;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || (at < 0 && !(searching && event.key === "ArrowDown"))) return;
  event.preventDefault();
  if (to < 0) find("filters").elements.search.focus();
  else if (to < rows.length) rows[to].focus();
  else if (!find("more").hidden) showMore();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (find("case").open) {
    if (key === "ArrowLeft" && !target.closest("pre")) step(-1);
    if (key === "ArrowRight" && !target.closest("pre")) step(1);
  } else if (key === "/" && !target.closest("input, select, textarea")) {
    event.preventDefault();
    find("filters").elements.search.focus();
  } else {
    walk(event);
  }
}

function listen() {
  const form = find("filters");
  form.addEventListener("input", filtersChanged);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filtersChanged)); // after it is reset
  find("more").addEventListener("click", showMore);
  find("close").addEventListener("click", () => find("case").close());
  find("previous").addEventListener("click", () => step(-1));
  find("next").addEventListener("click", () => step(1));
  find("case").addEventListener("close", closed);
  document.addEventListener("keydown", pressed);
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
