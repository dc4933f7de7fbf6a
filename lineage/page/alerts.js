"use strict";
// What is wrong, counted in the header: tasks that failed, with or without datasets, and tasks that lack lineage.

// Of a failed DAG its failed tasks are named, of a failed task not its queries.
function failedJobs(jobs) {
  const failed = jobs.filter(({ state }) => stateClass(state) === "failed");
  const within = (inner, outer) => inner.name.startsWith(`${outer.name}.`);
  return failed.filter((job) => {
    if (job.kind === "DAG") return !failed.some((other) => other.kind === "TASK" && within(other, job));
    return job.kind === "TASK" || !failed.some((other) => other.kind !== "DAG" && within(job, other));
  });
}

// `open` is called with a title and entries of name, remark and, if there is one, the node's key.
function showAlerts(model, open) {
  const keys = new Map([...model.nodes.values()].filter(({ type }) => type === "job").map(({ name, key }) => [name, key]));
  const failed = failedJobs(model.jobs).map(({ name, problems }) => ({ name, remark: problems[0] ?? "its log says why", key: keys.get(name) }));
  const gaps = model.gaps
    .filter(({ level }) => level !== "failed")
    .map(({ name, level, cause, operator }) => ({ name, remark: `${level} · ${operator || "?"} · ${cause}`, key: keys.get(name) }));
  const alerts = [
    [failed, "bad", `${failed.length} failed`, "Failed"],
    [gaps, "gap", `${gaps.length} without ${gaps.every(({ remark }) => remark.startsWith("none")) ? "lineage" : "full lineage"}`, "Lacks lineage"],
  ];
  document.getElementById("alerts").replaceChildren();
  for (const [entries, kind, label, title] of alerts) {
    if (entries.length === 0) continue;
    const button = htmlElement("button", { type: "button", class: `alert ${kind}` }, label);
    button.addEventListener("click", () => open(title, entries));
    document.getElementById("alerts").append(button);
  }
}
