"use strict";
// Puts the page together, and keeps what is chosen: in the address too, so that a link leads back to it.

const LEGEND_GROUPS = 5; // until somebody asks for the others

function start() {
  const canvas = document.getElementById("canvas");
  const viewport = createViewport(canvas);
  const given = JSON.parse(document.getElementById("graph").textContent);
  const shown = { whole: null, model: null, scene: null, choose: () => {}, arrive: () => {}, mark: () => {} };
  createSearch(shown);
  draw(given, viewport, shown);
  document.getElementById("zoom").addEventListener("click", ({ target }) => target.dataset.zoom && viewport[target.dataset.zoom]());
  canvas.addEventListener("click", ({ target }) => shown.choose(target.closest(".node")?.dataset.key ?? null));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    shown.choose(event.target.closest(".node")?.dataset.key ?? null);
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && shown.choose(null));
  window.addEventListener("hashchange", () => shown.arrive()); // Back, Forward, or a link pasted into the open page
  if (given.version) watchStore(given.version, onlyChanges(given, (data) => draw(data, viewport, shown)));
}

// An event may change nothing that is drawn.
function onlyChanges(given, redraw) {
  const text = (data) => JSON.stringify({ ...data, version: null });
  let last = text(given);
  return (data) => {
    if (text(data) === last) return;
    last = text(data);
    redraw(data);
  };
}

// Draws a graph in place of the one before, with the same view and the same selection, and says in `shown` what there is now.
function draw(data, viewport, shown) {
  const model = buildModel(data);
  const isEmpty = model.nodes.size === 0;
  const panel = document.getElementById("panel");
  showTotals(model);
  showLoose(model.loose);
  showAlerts(model, (title, entries) => {
    shown.choose(null);
    fillList(panel, title, entries, (key) => shown.choose(key));
    viewport.refit();
  });
  document.body.classList.toggle("is-empty", isEmpty);
  document.getElementById("empty").hidden = !isEmpty;
  document.getElementById("search").parentElement.hidden = isEmpty;
  shown.choose = () => { panel.hidden = true; }; // until there is a graph to choose from
  shown.arrive = () => {};
  if (isEmpty) return;
  const focused = document.activeElement?.closest?.(".node")?.getAttribute("aria-label");
  // The whole graph, or only some of its nodes.
  function show(keys) {
    shown.model = keys === null ? model : partOf(model, keys);
    const layout = layoutGraph(shown.model);
    if (keys === null) orderGroups(model, layout);
    shown.scene = drawGraph(shown.model, layout);
    viewport.show(shown.scene, (room) => {
      const places = spread(layout, room);
      placeGraph(shown.scene, places);
      return places;
    });
  }
  shown.whole = model;
  show(null);
  showLegend(model);
  const read = panel.scrollTop;
  shown.choose = chooser(model, shown, viewport, (keys) => {
    show(keys);
    viewport.fit();
  });
  shown.arrive = () => {
    shown.choose(null, null, false);
    chooseFromAddress(model, shown.choose);
  };
  chooseFromAddress(model, shown.choose);
  panel.scrollTop = read;
  shown.mark();
  if (focused) [...shown.scene.querySelectorAll(".node")].find((node) => node.getAttribute("aria-label") === focused)?.focus({ preventScroll: true });
}

// Chooses a node, or one of its columns, or nothing, and notes it as one step back, unless not `noted`; `show` draws only some nodes, or
// with null all.
function chooser(model, shown, viewport, show) {
  const panel = document.getElementById("panel");
  const nodeOf = (key) => shown.scene.querySelector(`[data-key="${key}"]`);
  return function choose(key, field = null, noted = true) {
    const selection = key === null ? null : { key, field };
    const paths = selection && (field === null ? pathsOfNode(model, key) : pathsOfColumn(model, { dataset: key, field }));
    const isPart = shown.model !== model;
    if (isPart && (key === null || !shown.model.nodes.has(key))) show(null);
    lightPaths(shown.model, shown.scene, paths);
    const focus = {
      label: shown.model === model ? "Show only these" : "Show everything",
      act: () => {
        show(shown.model === model ? new Set(paths.nodes.keys()) : null);
        choose(key, field);
      },
    };
    fillPanel(panel, model, selection, paths, choose, focus);
    viewport.refit();
    if (key !== null) viewport.reveal(nodeOf(key));
    const place = selection ? address(model, selection) : "";
    if (noted && place !== unescaped(location.hash.slice(1))) {
      history.pushState(null, "", place ? `#${encodeURIComponent(place)}` : location.pathname + location.search);
    }
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
  const totals = [[count("job"), "job"], [count("dataset"), "dataset"], [model.pairs, "dataset edge"], [model.columnEdges, "column edge"]];
  const items = totals.map(([number, name]) => htmlElement("li", {}, htmlElement("b", {}, String(number)), ` ${name}${number === 1 ? "" : "s"}`));
  document.getElementById("totals").replaceChildren(...items);
  document.querySelector("#totals li:nth-child(3)").title = "From a dataset that a job reads to one that it writes; the check calls them pairs";
}

function showLegend(model) {
  const groups = model.groups.map(({ namespace, prefix }, place) =>
    legendEntry(htmlElement("i", { class: "swatch", style: `--group: var(--group-${place % GROUP_COLOURS})` }), prefix, namespace));
  const states = new Set([...model.nodes.values()].filter((node) => node.type === "job").map((node) => (node.state ?? "no run").toLowerCase()));
  const dots = [...states].map((state) => legendEntry(htmlElement("i", { class: `dot ${stateClass(state.toUpperCase())}` }), state, ""));
  const legend = document.getElementById("legend");
  const more = groups.splice(LEGEND_GROUPS);
  legend.replaceChildren(...groups);
  if (more.length > 0) {
    const unfold = htmlElement("button", { type: "button", class: "link" }, `${more.length} more groups`);
    unfold.addEventListener("click", () => unfold.parentElement.replaceWith(...more));
    legend.append(htmlElement("li", {}, unfold));
  }
  legend.append(...dots);
}

function legendEntry(mark, name, more) {
  return htmlElement("li", {}, mark, htmlElement("b", {}, name), htmlElement("span", {}, more));
}

// Jobs that touch no dataset, such as whole DAGs and sensors, have no place in the graph.
function showLoose(jobs) {
  const loose = document.getElementById("loose");
  loose.textContent = jobs.length === 0 ? "" : `${jobs.length} more ${jobs.length === 1 ? "job" : "jobs"} without datasets`;
  loose.title = jobs.map(({ name, state }) => `${name}: ${(state ?? "no run").toLowerCase()}`).join("\n");
}

start();
