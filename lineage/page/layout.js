"use strict";
// Places: every node as wide as its label needs, ranks from left to right with few crossings by dagre, then spread over the room there is.

const NODE_HEIGHT = 52;
const LEAST_WIDTH = 136;
const HEADING_HEIGHT = 60;
const MARGIN = 28;
const TEXT = { left: 18, jobLeft: 34, right: 18 };
const LONGEST = { label: 28, detail: 44 }; // characters in a box; the tooltip and the panel have the whole name
const ARC = 30; // how far an edge against the direction hangs below its boxes
const GAPS = { row: [14, 50], rank: [56, 170] };
const FONTS = { label: "600 15px", detail: "400 12.5px", kind: "600 11px", prefix: "600 14px" }; // as in page.css

// Who stands where, as close together as may be. Spread it before drawing.
function layoutGraph(model) {
  const graph = runDagre(model);
  const measure = textMeasure();
  const columns = ranksOf(graph).map((keys) => columnOf(model, keys, measure, graph.node(keys[0]).x));
  const rows = Math.max(...columns.map(({ keys }) => keys.length));
  return { graph, columns, rows };
}

// Colours and legend go from left to right, as the graph does.
function orderGroups(model, { columns }) {
  const leftmost = new Map();
  columns.forEach(({ keys }, place) => keys.forEach((key) => {
    const { group } = model.nodes.get(key);
    if (!leftmost.has(group)) leftmost.set(group, place);
  }));
  model.groups.sort((a, b) => leftmost.get(a) - leftmost.get(b));
}

// A long name without its middle, as both ends tell names apart.
function shortened(text, longest) {
  const characters = [...text];
  if (characters.length <= longest) return text;
  const end = Math.floor((longest - 1) / 2);
  return `${characters.slice(0, longest - 1 - end).join("")}…${characters.slice(-end).join("")}`;
}

function textMeasure() {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  return (text, font) => {
    context.font = `${font} ${family}`;
    return Math.ceil(context.measureText(text).width);
  };
}

function runDagre(model) {
  const graph = new dagre.graphlib.Graph();
  // The default ranker, network simplex, took 52 of 54 seconds with a thousand nodes, for the same picture.
  graph.setGraph({ rankdir: "LR", ranker: "tight-tree", nodesep: GAPS.row[0], edgesep: GAPS.row[0] });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of model.nodes.values()) graph.setNode(node.key, { width: LEAST_WIDTH, height: NODE_HEIGHT });
  for (const node of model.nodes.values()) node.down.forEach((next) => graph.setEdge(node.key, next));
  dagre.layout(graph);
  return graph;
}

function ranksOf(graph) {
  const ranks = new Map();
  for (const key of graph.nodes()) {
    const { rank } = graph.node(key);
    ranks.set(rank, [...(ranks.get(rank) ?? []), key]);
  }
  for (const keys of ranks.values()) keys.sort((a, b) => graph.node(a).y - graph.node(b).y);
  return [...ranks.keys()].sort((a, b) => a - b).map((rank) => ranks.get(rank));
}

// What the nodes of a rank have in common stands above them once, and not in each.
function columnOf(model, keys, measure, place) {
  const nodes = keys.map((key) => model.nodes.get(key));
  const shared = (name) => (nodes.every((node) => node[name] === nodes[0][name]) ? nodes[0][name] : null);
  const kind = shared("kind") ?? (shared("type") === "dataset" ? "Datasets" : "Jobs and datasets");
  const prefix = shared("prefix");
  for (const node of nodes) {
    node.label = shortened(node.short, LONGEST.label);
    const told = facts(node);
    node.detail = [prefix === null ? shortened(node.prefix, Math.max(12, LONGEST.detail - told.length)) : "", told].filter(Boolean).join(" · ");
  }
  const widths = nodes.map((node) => {
    const left = node.type === "job" ? TEXT.jobLeft : TEXT.left;
    return left + Math.max(measure(node.label, FONTS.label), measure(node.detail, FONTS.detail)) + TEXT.right;
  });
  // The kind is set in spaced capitals.
  const shownPrefix = shortened(prefix ?? "", LONGEST.label);
  const heading = [measure(kind.toUpperCase(), FONTS.kind) + kind.length, measure(shownPrefix, FONTS.prefix)];
  return { keys, kind, prefix: shownPrefix, place, width: Math.max(LEAST_WIDTH, ...widths, ...heading) };
}

function facts(node) {
  if (node.type === "dataset") return counted(node.fields.length, "column") ?? "no schema";
  const state = (node.state ?? "no run").toLowerCase();
  return node.durationMs === null ? state : `${state} · ${duration(node.durationMs)}`;
}

function counted(number, name) {
  return number === 0 ? null : `${number} ${name}${number === 1 ? "" : "s"}`;
}

function duration(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// The same arrangement with wider gaps where the room allows: boxes by key, headings, edge paths, and the size of it all.
function spread({ graph, columns, rows }, room) {
  const widths = columns.reduce((sum, { width }) => sum + width, 0);
  const rankGap = clamp((room.width - 2 * MARGIN - widths) / Math.max(1, columns.length - 1), ...GAPS.rank);
  const rowGap = clamp((room.height - 2 * MARGIN - HEADING_HEIGHT - rows * NODE_HEIGHT) / Math.max(1, rows - 1), ...GAPS.row);
  const stretch = (NODE_HEIGHT + rowGap) / (NODE_HEIGHT + GAPS.row[0]);
  const high = (y) => HEADING_HEIGHT + NODE_HEIGHT / 2 + (y - NODE_HEIGHT / 2) * stretch;

  const boxes = new Map();
  const headings = [];
  let x = 0;
  for (const { keys, width } of columns) {
    for (const key of keys) boxes.set(key, { x, y: high(graph.node(key).y) - NODE_HEIGHT / 2, width, height: NODE_HEIGHT });
    headings.push({ middle: x + width / 2 });
    x += width + rankGap;
  }
  const across = (place) => headings[nearest(columns, place)].middle;
  let hanging = 0; // how low the arcs come
  const edges = graph.edges().map(({ v, w }) => {
    const [from, to] = [boxes.get(v), boxes.get(w)];
    if (to.x <= from.x) {
      hanging = Math.max(hanging, from.y + from.height + ARC, to.y + to.height + ARC);
      return { key: `${v} ${w}`, path: arcPath(from, to) };
    }
    const between = ranksCrossed(graph.edge(v, w).points).map((point) => ({ x: across(point.x), y: high(point.y) }));
    return { key: `${v} ${w}`, path: edgePath(from, to, between) };
  });
  return { boxes, headings, edges, width: x - rankGap, height: Math.max(high(graph.graph().height), hanging) };
}

// An edge against the direction, as of a job that updates what it reads: from below one box to below the other.
function arcPath(from, to) {
  const [start, end] = [from, to].map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height }));
  const low = Math.max(start.y, end.y) + (ARC * 4) / 3; // a cubic curve comes three quarters of the way
  return `M${start.x},${start.y}C${start.x},${low} ${end.x},${low} ${end.x},${end.y}`;
}

function nearest(columns, place) {
  const distances = columns.map((column) => Math.abs(column.place - place));
  return distances.indexOf(Math.min(...distances));
}

// Where an edge passes the ranks between its ends: dagre puts a rank for labels between any two, so every second inner point.
function ranksCrossed(points) {
  return points.slice(1, -1).filter((_, place) => place % 2 === 1);
}

function edgePath(from, to, between) {
  const stops = [{ x: from.x + from.width, y: from.y + from.height / 2 }, ...between, { x: to.x, y: to.y + to.height / 2 }];
  return stops.reduce((path, { x, y }, place) => {
    if (place === 0) return `M${x},${y}`;
    const last = stops[place - 1];
    const bend = Math.max(Math.abs(x - last.x) / 2, 30);
    return `${path}C${last.x + bend},${last.y} ${x - bend},${y} ${x},${y}`;
  }, "");
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
