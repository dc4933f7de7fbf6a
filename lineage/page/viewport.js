"use strict";
// Panning and zooming: a wheel zooms at the pointer, dragging moves, "fit" shows everything.

const ZOOM = { least: 0.08, most: 3, step: 1.25 };

// `arrange` places the scene for a room of some width and height, and answers with the size that took.
function createViewport(canvas, scene, arrange) {
  const view = { x: 0, y: 0, scale: 1, isFitted: true };

  function apply() {
    scene.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
  }

  function fit() {
    const { width, height } = canvas.getBoundingClientRect();
    const size = arrange({ width, height });
    view.scale = Math.max(ZOOM.least, Math.min(1, (width - 2 * MARGIN) / size.width, (height - 2 * MARGIN) / size.height));
    view.x = (width - size.width * view.scale) / 2;
    view.y = (height - size.height * view.scale) / 2;
    view.isFitted = true;
    apply();
  }

  function zoom(factor, x, y) {
    const scale = clamp(view.scale * factor, ZOOM.least, ZOOM.most);
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

  // After the room has changed: whoever moved or zoomed keeps what they look at.
  function refit() {
    if (view.isFitted) fit();
  }

  new ResizeObserver(refit).observe(canvas);
  return { fit, refit, in: () => zoomAtMiddle(ZOOM.step), out: () => zoomAtMiddle(1 / ZOOM.step) };
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
