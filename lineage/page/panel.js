"use strict";
// The panel beside the graph: what is known of the chosen dataset or job.

// OpenLineage's words for how a column is made, in the order in which they are said; a producer's own mean nothing to a reader.
const WAYS = Object.entries({ IDENTITY: "as it is", TRANSFORMATION: "computed", AGGREGATION: "aggregated", MASKED: "masked" });
const FEW = 3; // columns made of one, until it is chosen

function htmlElement(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

// `choose` is called with a node's key and, for a column, its field; `focus` has a label and what a click on it does.
function fillPanel(panel, model, selection, paths, choose, focus) {
  panel.hidden = selection === null;
  if (selection === null) return;
  const node = model.nodes.get(selection.key);
  const body = node.type === "dataset" ? datasetBody(model, node, selection.field, choose) : jobBody(model, node, choose);
  panel.replaceChildren(panelHead(node, paths, choose, focus), ...body);
  panel.querySelector(".column.chosen")?.scrollIntoView({ block: "nearest" });
}

// A list in the place of one dataset or job: entries of name, remark and, for those in the graph, a key.
function fillList(panel, title, entries, choose) {
  panel.hidden = false;
  const rows = entries.map(({ name, remark, key }) => {
    const label = key === undefined ? htmlElement("b", {}, name) : htmlElement("button", { type: "button", class: "link" }, name);
    if (key !== undefined) label.addEventListener("click", () => choose(key));
    return htmlElement("li", {}, label, htmlElement("p", { class: "remark" }, remark));
  });
  const head = htmlElement("div", { class: "head" }, closeButton(choose), htmlElement("h2", {}, title));
  panel.replaceChildren(head, htmlElement("ul", { class: "links" }, ...rows));
}

function closeButton(choose) {
  const close = htmlElement("button", { type: "button", class: "close", title: "Close (Esc)", "aria-label": "Close" }, "×");
  close.addEventListener("click", () => choose(null));
  return close;
}

function panelHead(node, paths, choose, focus) {
  const only = htmlElement("button", { type: "button", class: "focus" }, focus.label);
  only.addEventListener("click", focus.act);
  const count = (side) => [...paths.nodes].filter(([key, found]) => found === side && key.startsWith("d")).length;
  return htmlElement(
    "div",
    { class: "head" },
    closeButton(choose),
    htmlElement("p", { class: "over" }, node.type === "dataset" ? `${node.kind} dataset` : "Job"),
    htmlElement("h2", {}, node.short),
    htmlElement("p", { class: "full" }, node.name),
    htmlElement("p", { class: "full" }, node.namespace),
    htmlElement(
      "p",
      { class: "reach" },
      htmlElement("span", { class: "up" }, datasetsCount(count("up"), "upstream")),
      htmlElement("span", { class: "down" }, datasetsCount(count("down"), "downstream")),
    ),
    only,
  );
}

function datasetsCount(count, side) {
  return `${counted(count, "dataset") ?? "no datasets"} ${side}`;
}

function datasetBody(model, node, chosen, choose) {
  const rows = node.fields.map((field) => columnRow(model, node, field, field.name === chosen, choose));
  return [
    ...nodeLinks(model, "Written by", node.up, choose),
    ...nodeLinks(model, "Read by", node.down, choose),
    htmlElement("h3", {}, facts(node)),
    rows.length ? htmlElement("ul", { class: "columns" }, ...rows) : htmlElement("p", { class: "none" }, "No event told its schema."),
    ...decidingRows(model, decidingOn(model, node.key, WHOLE)),
  ];
}

// What decides which rows there are, a line for each way.
function decidingRows(model, columns) {
  if (columns.length === 0) return [];
  const lines = [...byHow(model, columns)].map(([how, names]) =>
    htmlElement("li", {}, htmlElement("span", { class: "how" }, how), " ", ...listed(names)));
  return [htmlElement("h3", {}, "What decides about its rows"), htmlElement("ul", { class: "deciding" }, ...lines)];
}

function byHow(model, columns) {
  const found = new Map();
  for (const { dataset, field, how } of columns) {
    const words = how.toLowerCase().replaceAll("_", " ");
    if (!found.has(words)) found.set(words, []);
    found.get(words).push(columnName(model, { dataset, field }));
  }
  return found;
}

function columnName(model, { dataset, field }) {
  const { name, namespace, apart } = model.nodes.get(dataset);
  return htmlElement("span", { title: `${name}.${field}\n${namespace}` }, `${apart}.${field}`);
}

function originName(model, { ways, ...column }) {
  const told = WAYS.filter(([way]) => ways.includes(way)).map(([, words]) => words);
  return htmlElement("span", {}, columnName(model, column), told.length ? ` (${told.join(", ")})` : null);
}

function listed(elements, between = ", ") {
  return elements.flatMap((element, place) => (place === 0 ? [element] : [between, element]));
}

function columnLine(kind, title, arrow, elements) {
  if (elements.length === 0) return null;
  // Not every screen reader has a word for an arrow.
  return htmlElement("span", { class: kind, title }, htmlElement("span", { role: "img", "aria-label": title }, arrow), " ", ...elements);
}

function columnRow(model, node, field, isChosen, choose) {
  const column = { dataset: node.key, field: field.name };
  const origins = (model.columnUp.get(columnKey(column)) ?? []).map((origin) => originName(model, origin));
  const made = model.columnDown.get(columnKey(column)) ?? [];
  const results = (isChosen ? made : made.slice(0, FEW)).map((other) => columnName(model, other));
  const more = made.length - results.length;
  const rest = more ? [" ", htmlElement("span", { title: "Choose the column to see all" }, `+${more}`)] : [];
  const deciding = [...byHow(model, decidingOn(model, node.key, field.name))].map(([how, names]) =>
    htmlElement("span", {}, `${how} `, ...listed(names)));
  const button = htmlElement(
    "button",
    { type: "button", class: isChosen ? "column chosen" : "column", "aria-pressed": String(isChosen) },
    htmlElement("span", { class: "name" }, field.name),
    htmlElement("span", { class: "type" }, field.type ?? ""),
    columnLine("others", "Made from", "←", listed(origins)),
    columnLine("others decides", "Decides about it", "⇠", listed(deciding, "; ")),
    columnLine("others", "Goes into", "→", [...listed(results), ...rest]),
  );
  button.addEventListener("click", () => (isChosen ? choose(node.key) : choose(node.key, field.name)));
  return htmlElement("li", {}, button);
}

function jobBody(model, node, choose) {
  const told = [
    ["Latest run", htmlElement("span", { class: `state ${stateClass(node.state)}` }, (node.state ?? "none").toLowerCase())],
    ["Started", node.startedAt === null ? null : new Date(node.startedAt).toLocaleString()],
    ["Duration", node.durationMs === null ? null : duration(node.durationMs)],
  ].filter(([, value]) => value !== null);
  return [
    htmlElement("dl", {}, ...told.flatMap(([name, value]) => [htmlElement("dt", {}, name), htmlElement("dd", {}, value)])),
    ...node.problems.map((problem) => htmlElement("p", { class: "problem" }, problem)),
    ...nodeLinks(model, "Reads", node.up, choose),
    ...nodeLinks(model, "Writes", node.down, choose),
    ...(node.sql ? [htmlElement("h3", {}, "SQL"), htmlElement("pre", { tabindex: 0 }, node.sql.trim())] : []),
  ];
}

function nodeLinks(model, title, keys, choose) {
  if (keys.size === 0) return [];
  const links = [...keys].map((key) => {
    const node = model.nodes.get(key);
    const button = htmlElement("button", { type: "button", class: "link", title: node.namespace }, node.name);
    button.addEventListener("click", () => choose(key));
    return htmlElement("li", {}, button);
  });
  return [htmlElement("h3", {}, title), htmlElement("ul", { class: "links" }, ...links)];
}
