// Records what the dashboard of Spotify for Creators asks its services for, while you click through it.
//
// Paste it into the console of the browser (F12) on creators.spotify.com, do once what you want to have recorded,
// press "Save", and import the file. It reads requests and answers of this page only; it sends nothing anywhere.
// Of the headers it takes one, the name of the page's part. Cookies and bearers are never read; addresses lose
// their queries, e-mail addresses and what is called a token, code or password are blotted out before they are kept.
(() => {
  "use strict";
  if (window.earsteadCapture) {
    window.earsteadCapture.show();
    return;
  }

  const WATCHED = [/\/graph-pq(?:[?#]|$)/, /\/\/api-v5\.anchor\.fm\//, /\/_rest\//, /\/podcasters\/v0\//, /\/_next\/data\//];
  const SECRET = /^(?:.*token|.*secret|.*password|authorization|cookies?|code|state|signature|sp_dc|sp_key|csrf.*|_csrf|e-?mail.*)$/i;
  const MOST_ENTRIES = 2000;
  const MOST_LETTERS = 2_000_000;
  const entries = [];
  const realFetch = window.fetch;
  const { open: realOpen, send: realSend, setRequestHeader: realHeader } = XMLHttpRequest.prototype;
  let panel = null;
  let count = null;

  const watched = (url) => WATCHED.some((pattern) => pattern.test(url));

  // What is no address, or was read already, fails in the page's own way, not in ours: "" and null go through unseen.
  function wholeAddress(named) {
    try {
      return new URL(String(named), location.href).href;
    } catch {
      return "";
    }
  }

  function copyOf(request) {
    try {
      return request.clone();
    } catch {
      return null;
    }
  }

  function cleanText(text) {
    return text
      .replace(/(https?:\/\/[^\s"'<>?]+)\?[^\s"'<>]*/g, "$1")
      .replace(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, "***@***")
      .replace(/\bBearer\s+\S+/gi, "Bearer ***");
  }

  function clean(value) {
    if (typeof value === "string") return cleanText(value);
    if (Array.isArray(value)) return value.map(clean);
    if (value === null || typeof value !== "object") return value;
    const kept = {};
    for (const [name, inner] of Object.entries(value)) {
      const empty = inner === null || typeof inner === "boolean";
      // The state of an insight is a word; every other "state" is one of a sign-in.
      const word = name === "state" && (typeof inner === "object" || /^[A-Z_]+$/.test(String(inner)));
      kept[name] = SECRET.test(name) && !empty && !word ? "***" : clean(inner);
    }
    return kept;
  }

  function parsed(text) {
    if (!text || text.length > MOST_LETTERS) return null;
    try {
      return clean(JSON.parse(text));
    } catch {
      return null;
    }
  }

  function note(url, method, client, asked, status, answered) {
    if (entries.length >= MOST_ENTRIES) return;
    const whole = new URL(url, location.href);
    entries.push({
      at_ms: Date.now(),
      method: method.toUpperCase(),
      url: whole.origin + whole.pathname,
      query: [...new Set(whole.searchParams.keys())],
      client: client || "",
      status,
      asked: parsed(asked),
      answered: parsed(answered),
    });
    if (count) count.textContent = `${entries.length} recorded`;
  }

  function clientOf(headers) {
    try {
      return new Headers(headers || {}).get("x-creator-client") || "";
    } catch {
      return "";
    }
  }

  async function bodyOf(input, init) {
    if (init && init.body !== undefined && init.body !== null) return typeof init.body === "string" ? init.body : "";
    return input instanceof Request ? input.text() : "";
  }

  window.fetch = function (input, init) {
    const isRequest = input instanceof Request;
    const url = wholeAddress(isRequest ? input.url : input);
    if (!watched(url)) return realFetch.apply(this, arguments);
    const method = (init && init.method) || (isRequest ? input.method : "GET");
    const client = clientOf(init && init.headers) || (isRequest ? clientOf(input.headers) : "");
    // Copied before it leaves: a request can be read only once.
    const asked = bodyOf(isRequest ? copyOf(input) : input, init).catch(() => "");
    const sent = realFetch.apply(this, arguments);
    sent
      .then((response) => Promise.all([asked, response.clone().text(), response.status]))
      .then(([body, text, status]) => note(url, method, client, body, status, text))
      .catch(() => {});
    return sent;
  };

  XMLHttpRequest.prototype.open = function (method, url) {
    this.earstead = { method: String(method), url: wholeAddress(url), client: "" };
    return realOpen.apply(this, arguments);
  };
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (this.earstead && name.toLowerCase() === "x-creator-client") this.earstead.client = value;
    return realHeader.apply(this, arguments);
  };
  XMLHttpRequest.prototype.send = function (body) {
    const about = this.earstead;
    if (about && watched(about.url)) {
      const asked = typeof body === "string" ? body : "";
      this.addEventListener("load", () => {
        const plain = this.responseType === "" || this.responseType === "text";
        const text = plain ? this.responseText : this.responseType === "json" ? JSON.stringify(this.response) : "";
        note(about.url, about.method, about.client, asked, this.status, text);
      });
    }
    return realSend.apply(this, arguments);
  };

  const text = () =>
    JSON.stringify(
      { earstead_capture: 1, page: location.origin, recorded_at: new Date().toISOString(), entries },
      null,
      1,
    );

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text()], { type: "application/json" }));
    link.download = `earstead-capture-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  function stop() {
    window.fetch = realFetch;
    Object.assign(XMLHttpRequest.prototype, { open: realOpen, send: realSend, setRequestHeader: realHeader });
    if (panel) panel.remove();
    panel = count = null;
    delete window.earsteadCapture;
  }

  function button(label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.style.cssText = "margin-left:8px;padding:4px 10px;font:inherit;cursor:pointer";
    made.addEventListener("click", action);
    return made;
  }

  function show() {
    if (panel) panel.remove();
    panel = document.createElement("div");
    panel.id = "earstead-capture";
    panel.setAttribute("role", "status");
    panel.style.cssText =
      "position:fixed;right:12px;bottom:12px;z-index:2147483647;padding:8px 12px;border-radius:8px;" +
      "background:#111;color:#fff;font:14px system-ui,sans-serif";
    count = document.createElement("span");
    count.textContent = `${entries.length} recorded`;
    panel.append(count, button("Save", save), button("Stop", stop));
    document.body.append(panel);
  }

  window.earsteadCapture = { entries, text, save, stop, show };
  show();
})();
