// Keys, selection, the notice, the theme and what is live. Every page works without it; no state of its own.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // Keyboard: / search, g h home, j k rows, x select, ? help.
  let before = "";
  const move = (step) => {
    const rows = all("[data-rows] > .row");
    const links = rows.map((row) => $("a", row)).filter(Boolean);
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = links[Math.min(links.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    if (next) { next.focus(); next.closest(".row").scrollIntoView({ block: "nearest" }); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key;
    if (key === "/" && $("#find")) { event.preventDefault(); $("#find").focus(); }
    else if (key === "h" && before === "g") location.href = "/";
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "x" || key === "X") {
      const box = $(".pick input", document.activeElement.closest(".row") || document.createElement("i"));
      if (box) pick(box, !box.checked, event.shiftKey);
    } else if (key === "?") $("#keys").showModal();
    before = key;
  });

  // Selection: with shift, everything from the last one touched.
  let anchor = null;
  const pick = (box, value, range) => {
    const boxes = all("[data-pickable] .pick input");
    const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)];
    const touched = range && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
    for (const one of touched) one.checked = value;
    anchor = box;
    count();
  };
  const count = () => {
    const bar = $("[data-actions]");
    if (!bar) return;
    const chosen = all("[data-pickable] .pick input:checked").length;
    bar.hidden = !chosen;
    $("[data-count]", bar).textContent = chosen === 1 ? "1 listen" : `${chosen} listens`;
  };
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".pick input");
    if (box) pick(box, box.checked, event.shiftKey);
    if (event.target.closest("[data-close]")) event.target.closest(".notice").remove();
    if (event.target.closest("[data-theme-switch]")) nextTheme();
  });

  // Theme: as the system, light, dark; kept in a cookie so that the server draws it right at once.
  const themes = ["", "light", "dark"];
  const named = { "": "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const theme = () => document.documentElement.dataset.theme || "";
  const label = () => all("[data-theme-switch]").forEach((b) => { b.hidden = false; b.textContent = named[theme()]; });
  const nextTheme = () => {
    const next = themes[(themes.indexOf(theme()) + 1) % 3];
    if (next) document.documentElement.dataset.theme = next; else delete document.documentElement.dataset.theme;
    document.cookie = `earstead_theme=${next}; path=/; max-age=${next ? 31536000 : 0}; samesite=lax`;
    label();
  };

  // The large disc: what the pointer is on, or the arrow keys go to, is read out below it.
  const readOut = (arc) => {
    const disc = arc.closest("svg");
    all(".on", disc).forEach((other) => other.classList.remove("on"));
    arc.classList.add("on");
    $(".readout", disc.parentElement).textContent = $("title", arc).textContent;
  };
  const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  document.addEventListener("keydown", (event) => {
    const disc = event.target.closest(".large-disc");
    const step = STEPS[event.key];
    if (!disc || !step) return;
    event.preventDefault();
    const arcs = all("[data-at]", disc).map((arc) => [arc, ...arc.dataset.at.split(" ").map(Number)]);
    const [, week, hour] = arcs.find(([arc]) => arc.classList.contains("on")) || [null, step[0] ? -1 : 0, -1];
    // The nearest arc in that direction: same hour through the weeks, same week through the hours, else the closest.
    const ahead = arcs.filter(([, w, h]) => (w - week) * step[0] + (h - hour) * step[1] > 0);
    const far = ([, w, h]) => Math.abs(w - week) * (step[0] ? 1 : 40) + Math.abs(h - hour) * (step[1] ? 1 : 40);
    ahead.sort((a, b) => far(a) - far(b));
    if (ahead.length) readOut(ahead[0][0]);
  });
  document.addEventListener("pointerover", (event) => {
    const arc = event.target.closest && event.target.closest(".large-disc [data-at]");
    if (arc) readOut(arc);
  });

  // Live: an event says that something changed; the parts that show it are asked for again.
  const listen = () => {
    const live = $("[data-live]");
    if (!live || live.dataset.open) return;
    live.dataset.open = "yes";
    const base = live.dataset.live;
    const refresh = async () => {
      const answer = await fetch(`${base}/live`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["now", "latest"]) {
        const [old, part] = [document.getElementById(id), fresh.getElementById(id)];
        if (old && part && old.innerHTML !== part.innerHTML) { part.classList.add("fresh"); old.replaceWith(part); }
      }
    };
    const events = new EventSource(`${base}/events`);
    for (const name of ["listen", "playing_now", "decision"]) events.addEventListener(name, refresh);
    addEventListener("pagehide", () => events.close());
  };

  const start = () => {
    all("[data-close]").forEach((button) => { button.hidden = false; });
    label();
    count();
    listen();
  };
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:after:swap", start);
  addEventListener("pageshow", count);
})();
