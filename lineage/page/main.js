"use strict";
// Puts the page together, and keeps what is chosen: in the address too, so that a link leads back to it.

function start() {
  const model = buildModel(JSON.parse(document.getElementById("graph").textContent));
  showTotals(model);
  showLoose(model.loose);
  if (model.nodes.size === 0) {
    document.body.classList.add("is-empty");
    document.getElementById("empty").hidden = false;
    return;
  }
  const canvas = document.getElementById("canvas");
  const layout = layoutGraph(model);
  const scene = drawGraph(model, layout);
  canvas.append(scene);
  showLegend(model);
  const viewport = createViewport(canvas, scene, (room) => {
    const places = spread(layout, room);
    placeGraph(scene, places);
    return places;
  });
  viewport.fit();
  const choose = chooser(model, scene, viewport);
  document.getElementById("zoom").addEventListener("click", ({ target }) => target.dataset.zoom && viewport[target.dataset.zoom]());
  canvas.addEventListener("click", ({ target }) => choose(target.closest(".node")?.dataset.key ?? null));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(event.target.closest(".node")?.dataset.key ?? null);
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && choose(null));
  chooseFromAddress(model, choose);
}

function chooser(model, scene, viewport) {
  const panel = document.getElementById("panel");
  return function choose(key, field = null) {
    const selection = key === null ? null : { key, field };
    const paths = selection && (field === null ? pathsOfNode(model, key) : pathsOfColumn(model, { dataset: key, field }));
    lightPaths(model, scene, paths);
    fillPanel(panel, model, selection, paths, choose);
    viewport.refit();
    history.replaceState(null, "", selection ? `#${encodeURIComponent(address(model, selection))}` : location.pathname + location.search);
  };
}

function address(model, { key, field }) {
  const { id } = model.nodes.get(key);
  return field === null ? id : `${id.replace(/^dataset:/, "datasetField:")}:${field}`;
}

function chooseFromAddress(model, choose) {
  const wanted = unescaped(location.hash.slice(1));
  for (const { key, fields } of wanted ? model.nodes.values() : []) {
    if (address(model, { key, field: null }) === wanted) choose(key);
    const field = fields?.find(({ name }) => address(model, { key, field: name }) === wanted);
    if (field) choose(key, field.name);
  }
}

// An address that somebody cut or typed is no error: it names nothing.
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function showTotals(model) {
  const count = (type) => [...model.nodes.values()].filter((node) => node.type === type).length;
  const totals = [[count("job"), "job"], [count("dataset"), "dataset"], [model.pairs, "pair"], [model.columnEdges, "column edge"]];
  const items = totals.map(([number, name]) => htmlElement("li", {}, htmlElement("b", {}, String(number)), ` ${name}${number === 1 ? "" : "s"}`));
  document.getElementById("totals").append(...items);
  document.querySelector("#totals li:nth-child(3)").title = "An input dataset and an output dataset that a job makes a pair of";
}

function showLegend(model) {
  const groups = model.groups.map(({ namespace, prefix }, place) =>
    legendEntry(htmlElement("i", { class: "swatch", style: `--group: var(--group-${place % GROUP_COLOURS})` }), prefix, namespace));
  const states = new Set([...model.nodes.values()].filter((node) => node.type === "job").map((node) => (node.state ?? "no run").toLowerCase()));
  const dots = [...states].map((state) => legendEntry(htmlElement("i", { class: `dot ${stateClass(state.toUpperCase())}` }), state, ""));
  document.getElementById("legend").append(...groups, ...dots);
}

function legendEntry(mark, name, more) {
  return htmlElement("li", {}, mark, htmlElement("b", {}, name), htmlElement("span", {}, more));
}

// Jobs that touch no dataset, such as whole DAGs and sensors, have no place in the graph.
function showLoose(jobs) {
  if (jobs.length === 0) return;
  const loose = document.getElementById("loose");
  loose.textContent = `${jobs.length} more ${jobs.length === 1 ? "job" : "jobs"} without datasets`;
  loose.title = jobs.map(({ name, state }) => `${name}: ${(state ?? "no run").toLowerCase()}`).join("\n");
}

start();
