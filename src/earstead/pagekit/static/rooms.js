// Small comforts of the rooms around the music; every page works without them.
"use strict";

// Copy buttons.
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});

// Connect: when a play arrives, the lines and lights that tell of it are taken from a fresh copy of the page.
const arrivals = document.querySelector("[data-arrivals]");
if (arrivals) {
  const showAgain = () => document.querySelectorAll("[data-live-only]").forEach((part) => { part.hidden = false; });
  const refresh = async () => {
    const answer = await fetch("/connect");
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Only what tells of plays: an entry that is open, and a token that is shown once, stay as they are.
    for (const place of ["#arrived", ...[...arrivals.children].map((entry) => `#${CSS.escape(entry.id)} > summary`)]) {
      const [old, part] = [document.querySelector(place), fresh.querySelector(place)];
      if (old && part && old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
    }
    showAgain();
  };
  const events = new EventSource(arrivals.dataset.arrivals);
  events.addEventListener("listen", refresh);
  // Also what came before the stream was open, or while it was away.
  events.addEventListener("open", refresh);
  addEventListener("pagehide", () => events.close());
}

// The zone a browser lives in, where nobody chose one yet.
const zone = document.querySelector("select[data-guess-zone]");
if (zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === own)) zone.value = own;
}

// Files dropped anywhere on the upload box.
const box = document.querySelector("[data-drop]");
if (box) {
  const input = box.querySelector("input[type=file]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(name, (event) => {
      event.preventDefault();
      box.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }
}
