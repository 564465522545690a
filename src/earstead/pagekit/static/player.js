// The player: a frame of Spotify or YouTube once play was pressed, and a report of what it says was heard.
"use strict";
(() => {
  const root = document.querySelector("[data-player]");
  if (!root) return;
  const base = root.dataset.player;
  const reports = "report" in root.dataset;
  const $ = (selector) => root.querySelector(selector);
  const rows = [...document.querySelectorAll("[data-queue] > li")];
  const ORIGIN = { spotify: "https://open.spotify.com", youtube: "https://www.youtube-nocookie.com" };
  const NAME = { spotify: "Spotify", youtube: "YouTube" };
  const SILENT_MS = 12000;
  const AGAIN_MS = 10000;

  let at = 0;
  let wanted = rows.some((row) => row.dataset.spotify) ? "spotify" : "youtube";
  let frame = null;
  let play = null;
  let silence = 0;

  const serviceOf = (row) => (row.dataset[wanted] ? wanted : Object.keys(ORIGIN).find((name) => row.dataset[name]));
  const state = (text) => { $("[data-state]").textContent = text; };

  const draw = () => {
    const row = rows[at];
    $("[data-title]").textContent = row.dataset.credit ? `${row.dataset.name} · ${row.dataset.credit}` : row.dataset.name;
    rows.forEach((other, i) => (i === at ? other.setAttribute("aria-current", "true") : other.removeAttribute("aria-current")));
    for (const button of root.querySelectorAll("[data-via]")) {
      button.disabled = !row.dataset[button.dataset.via];
      button.setAttribute("aria-pressed", String(serviceOf(row) === button.dataset.via));
    }
    $("[data-before]").disabled = at === 0;
    $("[data-after]").disabled = at === rows.length - 1;
  };

  // Only here does anything come from elsewhere.
  const start = () => {
    const row = rows[at];
    const service = serviceOf(row);
    stop();
    play = { song: row.dataset.song, service, duration: 0, heard: 0, last: null, began: 0, asked: false, kept: false, triedAt: -AGAIN_MS };
    frame = document.createElement("iframe");
    frame.className = `from-${service}`;
    frame.title = `${NAME[service]}: ${row.dataset.name}`;
    frame.allow = "autoplay; encrypted-media; fullscreen";
    // YouTube plays nothing for a page that does not say where it stands.
    frame.referrerPolicy = service === "youtube" ? "strict-origin-when-cross-origin" : "no-referrer";
    frame.src = row.dataset[service] + (service === "youtube" ? `&origin=${encodeURIComponent(location.origin)}` : "");
    const made = frame;
    frame.addEventListener("load", () => { if (made === frame && service === "youtube") greet(made, 20); });
    $("[data-stage]").replaceChildren(frame);
    $("[data-play]").hidden = true;
    state(`Loading from ${NAME[service]}.`);
    draw();
    clearTimeout(silence);
    silence = setTimeout(() => state(`${NAME[service]} does not tell how far it is, so this play is not reported.`), SILENT_MS);
  };

  const stop = () => {
    if (reports && play && play.asked) navigator.sendBeacon(`${base}/stopped`, new URLSearchParams());
    play = null;
    frame = null;
    clearTimeout(silence);
  };

  // YouTube's frame speaks once it was spoken to, and may not listen yet when it has loaded.
  const greet = (to, left) => {
    if (to !== frame || !left || (play && play.last !== null)) return;
    to.contentWindow.postMessage(JSON.stringify({ event: "listening", id: "earstead", channel: "widget" }), ORIGIN.youtube);
    setTimeout(() => greet(to, left - 1), 500);
  };

  // What the frames say, in one form: milliseconds, whether it plays, whether it ended.
  const heardFrom = {
    spotify: (data) => {
      const said = data.type === "playback_update" && data.payload;
      return said && { position: said.position, duration: said.duration, playing: !said.isPaused && !said.isBuffering,
        ended: said.isPaused && said.duration > 0 && said.position >= said.duration - 500 };
    },
    youtube: (data) => {
      const said = (data.event === "infoDelivery" || data.event === "initialDelivery") && data.info;
      if (!said) return null;
      if (said.playerState !== undefined) play.state = said.playerState;
      return { position: (said.currentTime ?? (play.last ?? 0) / 1000) * 1000, duration: (said.duration || 0) * 1000 || play.duration,
        playing: play.state === 1, ended: play.state === 0 };
    },
  };

  addEventListener("message", (event) => {
    if (!frame || !play || event.source !== frame.contentWindow || event.origin !== ORIGIN[play.service]) return;
    let data = event.data;
    if (typeof data === "string") { try { data = JSON.parse(data); } catch { return; } }
    if (!data || typeof data !== "object") return;
    if (play.service === "spotify" && data.type === "ready") {
      // Spotify's frame tells how far it is only to a page that answered.
      for (const command of ["load_complete_ack", "play"]) frame.contentWindow.postMessage({ command }, ORIGIN.spotify);
    }
    const said = heardFrom[play.service](data);
    if (said && Number.isFinite(said.position)) progress(said);
  });

  const progress = (said) => {
    clearTimeout(silence);
    const one = play;
    if (Number.isFinite(said.duration) && said.duration > 0) one.duration = Math.round(said.duration);
    // Steps forward of a few seconds were heard; longer ones were jumped over.
    const step = one.last === null ? 0 : said.position - one.last;
    if (said.playing && step > 0 && step <= 5000) one.heard += step;
    one.last = said.position;
    if (said.playing && !one.asked) began(one);
    const need = one.duration ? Math.min(one.duration / 2, 240000) : 30000;
    if (one.began && !one.kept && !(one.duration && one.duration <= 30000) && one.heard >= need) keep(one);
    if (!one.kept) state(said.playing ? (reports ? "Playing; a listen once half was heard." : "Playing.") : "Paused.");
    if (said.ended && one.heard > 0) next();
  };

  const send = async (to, one, more = {}) => {
    const body = new URLSearchParams({ recording: one.song, service: one.service, duration_ms: String(one.duration), ...more });
    const answer = await fetch(`${base}/${to}`, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const began = async (one) => {
    if (!reports) return;
    one.asked = true;
    try {
      one.began = (await send("started", one)).started_at;
    } catch {
      setTimeout(() => { one.asked = false; }, AGAIN_MS);
    }
  };

  // Said again after a failure: the start names the play, so that it is kept once.
  const keep = async (one) => {
    if (performance.now() - one.triedAt < AGAIN_MS) return;
    one.triedAt = performance.now();
    try {
      await send("heard", one, { started_at: String(one.began), heard_ms: String(Math.round(one.heard)) });
      one.kept = true;
      if (one === play) state("In your listens.");
    } catch {
      if (one === play) state("This server did not take the play; trying again.");
    }
  };

  const go = (to) => { at = Math.max(0, Math.min(rows.length - 1, to)); start(); };
  const next = () => {
    if (at < rows.length - 1) go(at + 1);
    else { stop(); state("The queue is at its end."); }
  };

  $("[data-play]").addEventListener("click", start);
  $("[data-before]").addEventListener("click", () => go(at - 1));
  $("[data-after]").addEventListener("click", () => go(at + 1));
  for (const button of root.querySelectorAll("[data-via]")) {
    button.addEventListener("click", () => {
      wanted = button.dataset.via;
      if (frame) start(); else draw();
    });
  }
  for (const button of document.querySelectorAll("[data-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => go(Number(button.dataset.from)));
  }
  addEventListener("pagehide", stop);
  $("[data-desk]").hidden = false;
  draw();
})();
