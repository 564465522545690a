// The creators' pages: the inbox by keyboard, and bars for files on their way. Every page works without it.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  // On a narrow screen the pages of a show scroll sideways: begin where one is.
  const here = $(".tabs [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });

  // The inbox. A comment is the current one when the focus is in it, or was in it last.
  const inbox = $("[data-inbox]");
  let current = null;
  const comments = () => all("[data-comment]", inbox);
  const go = (comment) => {
    if (!comment) return;
    current = comment;
    comments().forEach((one) => one.classList.toggle("current", one === comment));
    comment.focus({ preventScroll: true });
    comment.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const list = comments();
    const at = list.indexOf(current);
    go(list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
  };
  const drop = (comment) => {
    $("[data-plan-here]", comment).replaceChildren();
    const answer = $("details.answer", comment);
    if (answer) answer.open = false;
    go(comment);
  };
  const press = (comment, key) => {
    const button = $(`[data-key-of="${key}"]:not([disabled])`, comment);
    if (!button) return;
    if (key === "r") {
      const answer = button.closest("details");
      answer.open = true;
      $("textarea", answer).focus();
    } else button.click();
  };

  // A button's form is answered with what would be sent; that is shown below the comment, its button ready for Enter.
  const plan = async (form, button) => {
    const comment = form.closest("[data-comment]");
    const body = new URLSearchParams(new FormData(form, button || undefined));
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = answer.ok ? $(".planned", fresh) : $(".error", fresh) || $(".wrong", fresh) || $("main", fresh);
    $("[data-plan-here]", comment).replaceChildren(part);
    const ready = $("[data-send]", comment) || $("[data-cancel]", comment);
    if (ready) ready.focus();
  };

  if (inbox) {
    all("[data-keys-line]").forEach((line) => { line.hidden = false; });
    inbox.addEventListener("focusin", (event) => {
      const comment = event.target.closest("[data-comment]");
      if (comment && comment !== current) {
        current = comment;
        comments().forEach((one) => one.classList.toggle("current", one === comment));
      }
    });
    inbox.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-plan]");
      if (!form) return;
      event.preventDefault();
      plan(form, event.submitter);
    });
    inbox.addEventListener("click", (event) => {
      const cancel = event.target.closest("[data-cancel]");
      if (!cancel) return;
      event.preventDefault();
      drop(cancel.closest("[data-comment]"));
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const comment = event.target.closest("[data-comment]") || current;
      if (event.key === "Escape" && comment) { drop(comment); return; }
      if (typing(event.target)) {
        // In the answer, Enter sends it on and shift makes a line.
        if (event.key === "Enter" && !event.shiftKey && event.target.matches("[data-inbox] textarea")) {
          event.preventDefault();
          event.target.form.requestSubmit();
        }
        return;
      }
      if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else if ("radpm".includes(event.key) && comment) { event.preventDefault(); press(comment, event.key); }
    });
    // After a change the page comes back to where it was made: go on with that comment, or with the one that was
    // behind it where it is no longer on the list.
    inbox.addEventListener("submit", (event) => {
      const next = event.target.matches(".planned form") && event.target.closest("[data-comment]").nextElementSibling;
      if (next) sessionStorage.setItem("inbox-next", next.id);
    });
    const named = (id) => (id ? document.getElementById(id) : null);
    if (location.hash.startsWith("#c")) {
      go(named(location.hash.slice(1)) || named(sessionStorage.getItem("inbox-next")) || comments()[0]);
    }
  }

  // Files: the form is sent with a bar that moves, and leads to where it would have led.
  const send = (form) => {
    const bar = $("progress", form);
    const words = $("[data-upload-words]", form);
    const request = new XMLHttpRequest();
    const began = Date.now();
    $("[data-upload-state]", form).hidden = false;
    all("button", form).forEach((button) => { button.disabled = true; });
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      const left = Math.round(((Date.now() - began) / 1000) * (event.total / Math.max(event.loaded, 1) - 1));
      const mega = (bytes) => (bytes / 1048576).toFixed(1);
      words.textContent = `${mega(event.loaded)} of ${mega(event.total)} MB, about ${left} s left`;
    });
    const failed = () => {
      words.textContent = "The upload broke off. Nothing was kept; try again.";
      all("button", form).forEach((button) => { button.disabled = false; });
    };
    request.addEventListener("error", failed);
    request.addEventListener("load", () => {
      if (request.status < 400) { location.href = request.responseURL; return; }
      const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = $("#main", fresh);
      if (!main) { failed(); return; }
      $("#main").replaceWith(main);
      (main.querySelector("[aria-invalid], .error") || main).scrollIntoView({ block: "center" });
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    const file = form && $("input[type=file]", form);
    if (!file || !file.files.length || (event.submitter && event.submitter.formAction !== form.action)) return;
    event.preventDefault();
    send(form);
  });
})();
