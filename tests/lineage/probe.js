"use strict";
// Put at the end of the page under test: does what a person would, then writes down what is to be seen.

const arrived = textOf("panel"); // what the address alone has chosen

const nodeNamed = (name) => [...document.querySelectorAll(".node")].find((node) => node.querySelector("title").textContent.startsWith(`${name}\n`));

const acts = {
  click: (name) => nodeNamed(name).dispatchEvent(new MouseEvent("click", { bubbles: true })),
  node: (place) => document.querySelectorAll(".node")[place].dispatchEvent(new MouseEvent("click", { bubbles: true })),
  columns: () => document.querySelectorAll(".column").forEach((_, place) => document.querySelectorAll(".column")[place].click()),
  column: (name) => [...document.querySelectorAll(".column")].find((column) => column.querySelector(".name").textContent === name).click(),
  key: (name, key) => nodeNamed(name).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })),
  search: (text) => {
    const field = document.getElementById("search");
    field.value = text;
    field.dispatchEvent(new Event("input"));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  },
  slash: () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true })),
  focus: () => document.querySelector(".focus").click(),
  fit: () => document.querySelector("[data-zoom=fit]").click(),
  unfold: () => document.querySelector("#legend .link").click(),
  alert: (kind) => document.querySelector(`.alert.${kind}`).click(),
  back: () => arriving(() => history.back()),
  address: (text) => arriving(() => { location.hash = text; }),
  escape: () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })),
};

function arriving(go) {
  const there = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
  go();
  return there;
}

function boxOf(element) {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return [left, top, right, bottom];
}

function seenNode(node) {
  const detail = node.querySelector(".detail");
  return {
    name: node.querySelector("title").textContent.split("\n")[0],
    type: node.classList.contains("job") ? "job" : "dataset",
    side: ["self", "up", "down", "decides"].find((side) => node.classList.contains(side)) ?? null,
    detail: detail.textContent,
    box: boxOf(node.querySelector(".box")),
    texts: [boxOf(node.querySelector(".label")), boxOf(detail)],
  };
}

function textOf(id) {
  const element = document.getElementById(id);
  return element.hidden ? null : element.innerText;
}

async function look(actions) {
  acts.escape();
  for (const action of actions) {
    const [name, ...parameters] = action.split(" ");
    await acts[name](...parameters);
  }
  return {
    screen: [innerWidth, innerHeight],
    nodes: [...document.querySelectorAll(".node")].map(seenNode),
    headings: [...document.querySelectorAll(".heading text")].map(boxOf),
    edges: document.querySelectorAll(".edge").length,
    edgeBoxes: [...document.querySelectorAll(".edge")].map(boxOf).sort(),
    canvas: boxOf(document.getElementById("canvas")),
    found: [...document.querySelectorAll(".node.found title")].map((title) => title.textContent.split("\n")[0]),
    counted: document.getElementById("found").textContent,
    typing: document.activeElement.id,
    legend: document.querySelectorAll("#legend li").length,
    dashed: [...document.querySelectorAll(".edge")].filter((edge) => getComputedStyle(edge).strokeDasharray !== "none").length,
    totals: [...document.querySelectorAll("#totals li")].map((item) => item.innerText),
    alerts: [...document.querySelectorAll(".alert")].map((alert) => alert.innerText),
    arrived,
    panel: textOf("panel"),
    hints: [...document.querySelectorAll("#panel:not([hidden]) [title]")].map(({ title }) => title),
    spoken: [...document.querySelectorAll("#panel:not([hidden]) [aria-label]")].map(({ ariaLabel, textContent }) => `${ariaLabel} ${textContent}`),
    empty: textOf("empty"),
    errors: probeErrors,
  };
}

async function probe() {
  const seen = {};
  for (const [name, actions] of Object.entries(SCENARIOS)) seen[name] = await look(actions);
  const pre = document.createElement("pre");
  pre.id = "probe";
  pre.hidden = true;
  pre.textContent = JSON.stringify(seen);
  document.body.append(pre);
}

probe();
