"use strict";
// Panning and zooming: a wheel zooms at the pointer, dragging moves, "fit" shows everything.

const ZOOM = { least: 0.08, legible: 0.6, most: 3, step: 1.25 };

function createViewport(canvas) {
  const view = { x: 0, y: 0, scale: 1, least: ZOOM.least, isFitted: true };
  let scene = null;
  let arrange = null;

  // `place` places the scene for a room of some width and height, and answers with the size that took. Whoever moved or zoomed keeps the view.
  function show(drawn, place) {
    [scene, arrange] = [drawn, place];
    canvas.replaceChildren(scene);
    if (view.isFitted) {
      fit();
      return;
    }
    arrange(canvas.getBoundingClientRect());
    apply();
  }

  function apply() {
    if (scene === null) return;
    scene.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
  }

  function fit() {
    if (scene === null) return;
    const { width, height } = canvas.getBoundingClientRect();
    const size = arrange({ width, height });
    view.scale = Math.min(1, Math.max(1, width - 2 * MARGIN) / size.width, Math.max(1, height - 2 * MARGIN) / size.height);
    view.least = Math.min(ZOOM.least, view.scale);
    view.x = (width - size.width * view.scale) / 2;
    view.y = (height - size.height * view.scale) / 2;
    view.isFitted = true;
    apply();
  }

  function zoom(factor, x, y) {
    const scale = clamp(view.scale * factor, view.least, ZOOM.most);
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    view.isFitted = false;
    apply();
  }

  function zoomAtMiddle(factor) {
    const { width, height } = canvas.getBoundingClientRect();
    zoom(factor, width / 2, height / 2);
  }

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { left, top } = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.clientX - left, event.clientY - top);
  }, { passive: false });

  dragging(canvas, (dx, dy) => {
    view.x += dx;
    view.y += dy;
    view.isFitted = false;
    apply();
  });

  // Whoever asks for a node by its name wants to read it.
  function reveal(element) {
    const [frame, box] = [canvas, element].map((one) => one.getBoundingClientRect());
    const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
    if (isInside && view.scale >= ZOOM.legible) return;
    const [x, y] = [(box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top];
    const scale = Math.max(view.scale, ZOOM.legible);
    view.x = frame.width / 2 - ((x - view.x) * scale) / view.scale;
    view.y = frame.height / 2 - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    view.isFitted = false;
    apply();
  }

  // After the room has changed: whoever moved or zoomed keeps what they look at.
  function refit() {
    if (view.isFitted && scene !== null) fit();
  }

  new ResizeObserver(refit).observe(canvas);
  return { show, fit, refit, reveal, in: () => zoomAtMiddle(ZOOM.step), out: () => zoomAtMiddle(1 / ZOOM.step) };
}

// Only a pointer that has moved some way drags: less is a click on what lies under it.
function dragging(canvas, move) {
  let last = null;
  let isDragging = false;
  canvas.addEventListener("pointerdown", (event) => {
    last = event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
    isDragging = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (!isDragging && Math.hypot(dx, dy) < 4) return;
    if (!isDragging) canvas.setPointerCapture(event.pointerId);
    isDragging = true;
    last = { x: event.clientX, y: event.clientY };
    move(dx, dy);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  canvas.addEventListener("click", (event) => {
    if (isDragging) event.stopImmediatePropagation();
    isDragging = false;
  }, { capture: true });
}
