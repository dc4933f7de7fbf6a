"use strict";
// The graph the page was given, indexed: nodes with their neighbours, columns with theirs, and walks along both.

// A map, as names are anybody's: an object would know "constructor" too.
const KINDS = new Map(Object.entries({
  s3: "Amazon S3", redshift: "Redshift", postgres: "PostgreSQL", gs: "Google Cloud Storage", bigquery: "BigQuery",
  snowflake: "Snowflake", file: "Files", kafka: "Kafka", mysql: "MySQL", abfss: "Azure Data Lake",
}));

function buildModel(data) {
  const nodes = new Map();
  data.datasets.forEach((dataset, place) => nodes.set(`d${place}`, { ...datasetNode(dataset), key: `d${place}`, up: new Set(), down: new Set() }));
  const loose = [];
  data.jobs.forEach((job, place) => {
    if (job.inputs.length + job.outputs.length === 0) {
      loose.push(job);
      return;
    }
    const key = `j${place}`;
    nodes.set(key, { ...jobNode(job), key, up: new Set(), down: new Set() });
    job.inputs.forEach((input) => link(nodes, `d${input}`, key));
    job.outputs.forEach((output) => link(nodes, key, `d${output}`));
  });
  nameApart([...nodes.values()].filter(({ type }) => type === "dataset"));
  const { jobs, gaps, pairs } = data;
  const model = { nodes, jobs, gaps, loose, groups: groupsOf(nodes), pairs, columnEdges: data.columnEdges.length };
  return { ...model, ...columnNeighbours(data.columnEdges), deciding: decidingColumns(data.indirectEdges) };
}

function datasetNode(dataset) {
  const scheme = schemeOf(dataset);
  return { ...dataset, type: "dataset", id: `dataset:${dataset.namespace}:${dataset.name}`, kind: KINDS.get(scheme) ?? scheme, ...splitName(dataset.name, separatorOf(dataset)) };
}

function jobNode(job) {
  return { ...job, type: "job", id: `job:${job.namespace}:${job.name}`, kind: "Jobs", ...splitName(job.name, ".") };
}

function schemeOf({ namespace }) {
  return namespace.split(":")[0];
}

function separatorOf({ name }) {
  return name.includes("/") ? "/" : ".";
}

// Gives each dataset the shortest name that can mean no other one, as a lake and a warehouse often have tables of the same names.
function nameApart(datasets) {
  const names = datasets.map((dataset) => [...new Set(namesOf(dataset))]);
  const known = new Map();
  for (const name of names.flat()) known.set(name, (known.get(name) ?? 0) + 1);
  datasets.forEach((dataset, place) => { dataset.apart = names[place].find((name) => known.get(name) === 1) ?? names[place].at(-1); });
}

// From short to long. A table's schema says where it is; of a path, or a name alone, only the namespace does.
function namesOf(dataset) {
  const separator = separatorOf(dataset);
  const scheme = schemeOf(dataset);
  const away = `${scheme}${dataset.namespace.startsWith(`${scheme}://`) ? "://" : ":"}…/`;
  const parts = dataset.name.split(separator).filter((part) => part !== "");
  const isTable = separator === "." && parts.length > 1;
  const ends = (isTable ? [2, 3] : [1, 2]).map((count) => parts.slice(-count).join(separator));
  return [...(isTable ? ends : []), ...ends.map((end) => away + end), `${dataset.namespace} ${dataset.name}`];
}

function splitName(name, separator) {
  const place = name.lastIndexOf(separator);
  return { prefix: place > 0 ? name.slice(0, place) : "", short: name.slice(place + 1) || name };
}

function link(nodes, from, to) {
  nodes.get(from).down.add(to);
  nodes.get(to).up.add(from);
}

// Datasets of one namespace and one schema or folder belong together, and share a colour.
function groupsOf(nodes) {
  const groups = new Map();
  for (const node of nodes.values()) {
    if (node.type === "job") continue;
    const key = `${node.namespace} ${node.prefix}`;
    if (!groups.has(key)) groups.set(key, { namespace: node.namespace, prefix: node.prefix, kind: node.kind });
    node.group = groups.get(key);
  }
  return [...groups.values()];
}

function columnNeighbours(edges) {
  const columnUp = new Map();
  const columnDown = new Map();
  for (const [origin, originField, target, targetField, ...ways] of edges) {
    const from = { dataset: `d${origin}`, field: originField };
    const to = { dataset: `d${target}`, field: targetField };
    addTo(columnUp, to, { ...from, ways });
    addTo(columnDown, from, to);
  }
  return { columnUp, columnDown };
}

function addTo(neighbours, column, other) {
  const key = columnKey(column);
  if (!neighbours.has(key)) neighbours.set(key, []);
  neighbours.get(key).push(other);
}

// What decides about a column without forming it, or about all rows of a dataset, whose field is then WHOLE: each with how.
const WHOLE = "";

function decidingColumns(edges) {
  const deciding = new Map();
  for (const [origin, originField, target, field, how] of edges) {
    addTo(deciding, { dataset: `d${target}`, field }, { dataset: `d${origin}`, field: originField, how });
  }
  return deciding;
}

function decidingOn(model, dataset, field) {
  return model.deciding.get(columnKey({ dataset, field })) ?? [];
}

function columnKey(column) {
  return JSON.stringify([column.dataset, column.field]);
}

// The same model with only some of its nodes; colours and columns stay those of the whole.
function partOf(model, keys) {
  const within = (neighbours) => new Set([...neighbours].filter((key) => keys.has(key)));
  const nodes = new Map();
  for (const [key, node] of model.nodes) {
    if (keys.has(key)) nodes.set(key, { ...node, up: within(node.up), down: within(node.down) });
  }
  return { ...model, nodes };
}

// What a selection lights up: nodes and edges ("from to"), each with its side: "self", "up" or "down"; of a column "decides", too.
function pathsOfNode(model, key) {
  const paths = { nodes: new Map([[key, "self"]]), edges: new Map(), columns: new Map() };
  for (const side of ["up", "down"]) {
    const queue = [key];
    while (queue.length) {
      const node = model.nodes.get(queue.pop());
      for (const next of node[side]) {
        paths.edges.set(side === "up" ? `${next} ${node.key}` : `${node.key} ${next}`, side);
        if (paths.nodes.has(next)) continue;
        paths.nodes.set(next, side);
        queue.push(next);
      }
    }
  }
  return paths;
}

// The same for a column; `columns` holds the fields on the path of each dataset. A job is on it when it makes an output of it from an input of it.
function pathsOfColumn(model, start) {
  const paths = { nodes: new Map([[start.dataset, "self"]]), edges: new Map(), columns: new Map([[start.dataset, new Set([start.field])]]) };
  for (const [side, neighbours] of [["up", model.columnUp], ["down", model.columnDown]]) {
    const seen = new Set([columnKey(start)]);
    const queue = [start];
    while (queue.length) {
      const column = queue.pop();
      for (const next of neighbours.get(columnKey(column)) ?? []) {
        markStep(model, paths, side, ...(side === "up" ? [next, column] : [column, next]));
        if (seen.has(columnKey(next))) continue;
        seen.add(columnKey(next));
        queue.push(next);
      }
    }
  }
  markDeciding(model, paths, start);
  return paths;
}

// Where what only decides about a column comes from, as far as its values do not come that way, too.
function markDeciding(model, paths, { dataset, field }) {
  for (const from of [...decidingOn(model, dataset, field), ...decidingOn(model, dataset, WHOLE)]) {
    for (const job of model.nodes.get(dataset).up) {
      if (!model.nodes.get(job).up.has(from.dataset)) continue;
      for (const key of [from.dataset, job]) if (!paths.nodes.has(key)) paths.nodes.set(key, "decides");
      for (const key of [`${from.dataset} ${job}`, `${job} ${dataset}`]) if (!paths.edges.has(key)) paths.edges.set(key, "decides");
    }
  }
}

function markStep(model, paths, side, from, to) {
  for (const column of [from, to]) {
    if (!paths.nodes.has(column.dataset)) paths.nodes.set(column.dataset, side);
    if (!paths.columns.has(column.dataset)) paths.columns.set(column.dataset, new Set());
    paths.columns.get(column.dataset).add(column.field);
  }
  for (const job of model.nodes.get(to.dataset).up) {
    if (!model.nodes.get(job).up.has(from.dataset)) continue;
    paths.nodes.set(job, side);
    paths.edges.set(`${from.dataset} ${job}`, side);
    paths.edges.set(`${job} ${to.dataset}`, side);
  }
}
