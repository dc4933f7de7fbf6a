"use strict";
// The panel beside the graph: what is known of the chosen dataset or job.

function htmlElement(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

// `choose` is called with a node's key and, for a column, its field.
function fillPanel(panel, model, selection, paths, choose) {
  panel.hidden = selection === null;
  if (selection === null) return;
  const node = model.nodes.get(selection.key);
  const body = node.type === "dataset" ? datasetBody(model, node, selection.field, choose) : jobBody(model, node, choose);
  panel.replaceChildren(panelHead(node, paths, choose), ...body);
  panel.querySelector(".column.chosen")?.scrollIntoView({ block: "nearest" });
}

function panelHead(node, paths, choose) {
  const close = htmlElement("button", { type: "button", class: "close", title: "Close (Esc)", "aria-label": "Close" }, "×");
  close.addEventListener("click", () => choose(null));
  const count = (side) => [...paths.nodes].filter(([key, found]) => found === side && key.startsWith("d")).length;
  return htmlElement(
    "div",
    { class: "head" },
    close,
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
  ];
}

function columnRow(model, node, field, isChosen, choose) {
  const origins = model.columnUp.get(columnKey({ dataset: node.key, field: field.name })) ?? [];
  const names = origins.map((origin) => `${model.nodes.get(origin.dataset).short}.${origin.field}`);
  const button = htmlElement(
    "button",
    { type: "button", class: isChosen ? "column chosen" : "column", "aria-pressed": String(isChosen) },
    htmlElement("span", { class: "name" }, field.name),
    htmlElement("span", { class: "type" }, field.type ?? ""),
    names.length ? htmlElement("span", { class: "origins", title: "Derived from" }, `← ${names.join(", ")}`) : null,
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
