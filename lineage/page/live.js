"use strict";
// A page that a store has served asks it whether there is more, and hands on only what has changed.

const ASK_EVERY = 1000; // milliseconds; the answer is empty as long as no event has come

function watchStore(version, redraw) {
  let known = version;
  async function ask() {
    if (!document.hidden) await look().catch(() => {}); // a store that is away may come back
    setTimeout(ask, ASK_EVERY);
  }
  async function look() {
    const answer = await fetch(location.pathname, { headers: { "If-None-Match": known }, cache: "no-store" });
    if (answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    known = answer.headers.get("ETag");
    redraw(JSON.parse(page.getElementById("graph").textContent));
  }
  setTimeout(ask, ASK_EVERY);
}
