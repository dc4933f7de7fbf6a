"use strict";
// Finds nodes by a part of their names: `/` goes to the field, Enter to the next node found.

// `shown` has the whole model, the scene, and what chooses a node; it gets `mark`, for a scene that is drawn anew.
function createSearch(shown) {
  const field = document.getElementById("search");
  const count = document.getElementById("found");
  let place = -1;

  function found() {
    const wanted = field.value.trim().toLowerCase();
    return wanted === "" ? [] : [...shown.whole.nodes.values()].filter(({ name, namespace }) => `${namespace} ${name}`.toLowerCase().includes(wanted));
  }

  function mark() {
    const keys = new Set(found().map(({ key }) => key));
    shown.scene.classList.toggle("searching", field.value.trim() !== "");
    for (const node of shown.scene.querySelectorAll(".node")) node.classList.toggle("found", keys.has(node.dataset.key));
    count.textContent = field.value.trim() === "" ? "" : `${keys.size} found`;
    place = -1;
  }

  function next() {
    const nodes = found();
    if (nodes.length === 0) return;
    place = (place + 1) % nodes.length;
    shown.choose(nodes[place].key);
    count.textContent = `${place + 1} of ${nodes.length}`;
  }

  shown.mark = () => field.value.trim() !== "" && mark();
  field.addEventListener("input", mark);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") next();
    if (event.key !== "Escape") return;
    field.value = "";
    field.blur();
    mark();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === field || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.select();
  });
}
