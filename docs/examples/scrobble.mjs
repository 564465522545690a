// A player's half of scrobbling, with fetch: for Node 18 and later, and for browsers.
//
//   node scrobble.mjs http://localhost:8400 KEY SECRET NAME APP-PASSWORD
//
// plays a song of 40 seconds: says that it is playing, waits until half of it was heard, and reports it. With --past
// it reports a song that has just ended, and waits for nothing.

const TRY_LATER = new Set([8, 11, 16, 29]); // errors that pass: keep the play and send it again

export class ApiError extends Error {
  constructor(code, message) {
    super(`error ${code}: ${message}`);
    this.code = code;
  }
}

// `md5` takes a text and gives hex: Node has one (see below); browsers have none, so bring a small one along.
// `queue` holds plays that the server has not taken yet; a real player keeps it in a file or in localStorage.
export class Scrobbler {
  constructor({ root, key, secret, md5, queue = [] }) {
    Object.assign(this, { root: root.replace(/\/$/, ""), key, secret, md5, queue, session: "" });
  }

  // Sign, send, and read one call.
  async call(method, given = {}) {
    const said = { method, api_key: this.key, ...given, ...(this.session && { sk: this.session }) };
    const joined = Object.keys(said).sort().map((name) => name + said[name]).join("");
    const body = new URLSearchParams({ ...said, api_sig: this.md5(joined + this.secret), format: "json" });
    const response = await fetch(`${this.root}/2.0/`, { method: "POST", body });
    const answer = await response.json(); // the number is in the body, whatever the status
    if (answer.error) throw new ApiError(answer.error, answer.message);
    return answer;
  }

  // Keep the session key: it is good until its user takes it back.
  async signIn(username, password) {
    this.session = (await this.call("auth.getMobileSession", { username, password })).session.key;
  }

  // News and not history: after a failure it is not said again.
  async nowPlaying({ artist, track, album, duration }) {
    await this.call("track.updateNowPlaying", { artist, track, album, duration }).catch(console.warn);
  }

  async scrobble(play) {
    this.queue.push(play);
    await this.flush();
  }

  // Oldest first, 50 at a time; what the server did not take stays.
  async flush() {
    while (this.queue.length) {
      const batch = {};
      this.queue.slice(0, 50).forEach((play, i) => {
        for (const [name, value] of Object.entries(play)) batch[`${name}[${i}]`] = value;
      });
      try {
        const told = (await this.call("track.scrobble", batch)).scrobbles["@attr"];
        console.log(`${told.accepted} taken, ${told.ignored} ignored`);
      } catch (failure) {
        // 9: the user took the access back and has to sign in again.
        if (failure instanceof ApiError && !TRY_LATER.has(failure.code)) throw failure;
        console.warn("kept for later:", failure.message);
        return;
      }
      this.queue.splice(0, 50);
    }
  }
}

// After how many seconds heard a track is a listen: half of it or four minutes; tracks of 30 s or less never.
export const enough = (duration) => Math.min(Math.floor(duration / 2), 240);

if (typeof process !== "undefined" && process.argv[1]?.endsWith("scrobble.mjs")) {
  const { createHash } = await import("node:crypto");
  const md5 = (text) => createHash("md5").update(text, "utf8").digest("hex");
  const past = process.argv.includes("--past");
  const [root, key, secret, name, password] = process.argv.slice(2).filter((word) => word !== "--past");
  const scrobbler = new Scrobbler({ root, key, secret, md5 });
  await scrobbler.signIn(name, password);
  const duration = 40;
  const timestamp = Math.floor(Date.now() / 1000) - (past ? duration : 0); // the start, not the end
  const play = { artist: "Björk", track: "Frosti", album: "Vespertine", duration, timestamp };
  await scrobbler.nowPlaying(play);
  if (!past) await new Promise((done) => setTimeout(done, enough(duration) * 1000));
  await scrobbler.scrobble(play);
}
