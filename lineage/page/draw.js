"use strict";
// The graph as SVG, and what is lit or dimmed in it.

const SVG = "http://www.w3.org/2000/svg";
const GROUP_COLOURS = 8; // --group-0 to --group-7

function svgElement(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

// Every element of the graph, without a place yet; nodes from left to right, as the tab key goes through them.
function drawGraph(model, { columns, graph }) {
  const scene = svgElement("g", { id: "scene" });
  scene.append(...columns.map(drawHeading));
  scene.append(...graph.edges().map(({ v, w }) => svgElement("path", { class: "edge", "data-edge": `${v} ${w}` })));
  scene.append(...columns.flatMap(({ keys, width }) => keys.map((key) => drawNode(model, model.nodes.get(key), width))));
  return scene;
}

function placeGraph(scene, { boxes, headings, edges }) {
  const paths = new Map(edges.map(({ key, path }) => [key, path]));
  scene.querySelectorAll(".heading").forEach((heading, place) => heading.setAttribute("transform", `translate(${headings[place].middle},0)`));
  scene.querySelectorAll(".edge").forEach((edge) => edge.setAttribute("d", paths.get(edge.dataset.edge)));
  scene.querySelectorAll(".node").forEach((node) => {
    const { x, y } = boxes.get(node.dataset.key);
    node.setAttribute("transform", `translate(${x},${y})`);
  });
}

function drawHeading({ kind, prefix }) {
  return svgElement(
    "g",
    { class: "heading" },
    svgElement("text", { class: "kind", y: 14 }, kind.toUpperCase()),
    svgElement("text", { class: "prefix", y: 33 }, prefix),
  );
}

function drawNode(model, node, width) {
  const isJob = node.type === "job";
  const left = isJob ? TEXT.jobLeft : TEXT.left;
  const attributes = {
    class: `node ${node.type}`,
    "data-key": node.key,
    role: "button",
    tabindex: 0,
    "aria-pressed": "false",
    "aria-label": `${node.type} ${node.name}, ${facts(node)}`,
  };
  if (!isJob) attributes.style = `--group: var(--group-${model.groups.indexOf(node.group) % GROUP_COLOURS})`;
  return svgElement(
    "g",
    attributes,
    svgElement("title", {}, `${node.name}\n${node.namespace}`),
    svgElement("rect", { class: "box", width, height: NODE_HEIGHT, rx: isJob ? NODE_HEIGHT / 2 : 8 }),
    isJob ? svgElement("circle", { class: `dot ${stateClass(node.state)}`, cx: 19, cy: NODE_HEIGHT / 2, r: 5 }) : drawStripe(),
    svgElement("text", { class: "label", x: left, y: 23 }, node.label),
    svgElement("text", { class: "detail", x: left, y: 40 }, node.detail),
  );
}

function drawStripe() {
  const bottom = NODE_HEIGHT - 0.5;
  return svgElement("path", { class: "stripe", d: `M5.5,0.5V${bottom}H8A7.5,7.5 0 0 1 0.5,${bottom - 7.5}V8A7.5,7.5 0 0 1 8,0.5Z` });
}

const STATE_CLASSES = new Map(Object.entries({ COMPLETED: "completed", RUNNING: "running", FAILED: "failed", ABORTED: "failed" }));

function stateClass(state) {
  return STATE_CLASSES.get(state) ?? "unknown";
}

// Without paths everything is plain; with them what lies on one is lit by its side, and all else dimmed.
function lightPaths(model, scene, paths) {
  scene.classList.toggle("lit", paths !== null);
  for (const element of scene.querySelectorAll(".node")) {
    const { key } = element.dataset;
    light(element, paths?.nodes.get(key));
    element.setAttribute("aria-pressed", String(paths?.nodes.get(key) === "self"));
    showColumns(element, model.nodes.get(key), paths?.columns.get(key));
  }
  for (const element of scene.querySelectorAll(".edge")) light(element, paths?.edges.get(element.dataset.edge));
  // What is lit lies above what is not.
  const firstNode = scene.querySelector(".node");
  scene.querySelectorAll(".edge.up, .edge.down, .edge.decides").forEach((edge) => scene.insertBefore(edge, firstNode));
}

function light(element, side) {
  for (const name of ["self", "up", "down", "decides"]) element.classList.toggle(name, name === side);
}

// A dataset on a column's path names its columns there, as many as its box has room for.
function showColumns(element, node, columns) {
  const detail = element.querySelector(".detail");
  if (!columns) {
    detail.textContent = node.detail;
    return;
  }
  const inOrder = node.fields.map(({ name }) => name).filter((name) => columns.has(name));
  const names = [...new Set([...inOrder, ...columns])];
  const room = Number(element.querySelector(".box").getAttribute("width")) - TEXT.left - TEXT.right / 2;
  for (let shown = names.length; shown >= 0; shown -= 1) {
    detail.textContent = shown ? namedColumns(names, shown) : counted(names.length, "column");
    if (detail.getComputedTextLength() <= room) return;
  }
}

function namedColumns(columns, shown) {
  return columns.slice(0, shown).join(", ") + (shown < columns.length ? ` +${columns.length - shown}` : "");
}
