// Choosing a range on a plot: drag, or shift and the arrow keys. Steps carry their days, the figure its address.
"use strict";
(() => {
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const plotOf = (target) => target.closest && target.closest("[data-range] .plot");
  const steps = (plot) => all("[data-span]", plot);
  const days = (step) => step.dataset.span.split("..");
  const titleOf = (step) => (step.querySelector("title") || step.parentElement.querySelector("title")).textContent;
  let chosen = null; // { plot, from, to, pointer }

  const paint = () => {
    all("[data-range] .on", document).forEach((step) => step.classList.remove("on"));
    if (!chosen) return;
    const [first, last] = [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)];
    const marked = steps(chosen.plot).slice(first, last + 1);
    marked.forEach((step) => step.classList.add("on"));
    const day = (iso) => new Date(`${iso}T00:00:00Z`)
      .toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    chosen.plot.closest("[data-range]").querySelector(".readout").textContent = first === last
      ? titleOf(marked[0])
      : `${day(days(marked[0])[0])} to ${day(days(marked.at(-1))[1])}`;
  };
  const open = () => {
    const [first, last] = [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)];
    const found = steps(chosen.plot);
    const base = chosen.plot.closest("[data-range]").dataset.range;
    location.href = `${base}${days(found[first])[0]}..${days(found[last])[1]}`;
  };
  const drop = () => { chosen = null; paint(); };
  // The step under a pointer, also when it has left the plot to a side.
  const at = (plot, x) => {
    const found = steps(plot);
    const index = found.findIndex((step) => x < step.getBoundingClientRect().right);
    return index < 0 ? found.length - 1 : index;
  };

  document.addEventListener("pointerdown", (event) => {
    const plot = plotOf(event.target);
    if (!plot || event.button) return;
    const here = at(plot, event.clientX);
    chosen = { plot, from: here, to: here, pointer: event.pointerId };
    plot.setPointerCapture(event.pointerId);
    paint();
  });
  document.addEventListener("pointermove", (event) => {
    if (!chosen || chosen.pointer !== event.pointerId) return;
    chosen.to = at(chosen.plot, event.clientX);
    paint();
  });
  document.addEventListener("pointerup", (event) => {
    if (!chosen || chosen.pointer !== event.pointerId) return;
    chosen.pointer = null;
    // A touch that did not move is somebody reading, not choosing.
    if (chosen.from !== chosen.to || event.pointerType === "mouse") open();
  });
  document.addEventListener("pointercancel", drop);

  document.addEventListener("keydown", (event) => {
    const plot = plotOf(event.target);
    if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const last = steps(plot).length - 1;
    if (step) {
      const held = chosen && chosen.plot === plot ? chosen : null;
      const to = Math.min(last, Math.max(0, held ? held.to + step : step > 0 ? 0 : last));
      chosen = { plot, from: held && event.shiftKey ? held.from : to, to, pointer: null };
      paint();
    } else if (event.key === "Enter" && chosen && chosen.plot === plot) open();
    else if (event.key === "Escape" && chosen) drop();
    else return;
    event.preventDefault();
  });

  const start = () => all("[data-range] .readout", document).forEach((line) => { line.hidden = false; });
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:after:swap", start);
  addEventListener("pageshow", drop);
})();
