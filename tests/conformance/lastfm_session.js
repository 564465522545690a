// A program on the npm package `lastfm`, as its README writes one: given where the server is and what it may, it does
// everything the package offers and prints what came back, as JSON. Usage: node lastfm_session.js SETTINGS
const { LastFmNode } = require(process.argv[3] || "lastfm");
const { host, port, api_key, secret, token, now } = JSON.parse(process.argv[2]);
const lastfm = new LastFmNode({ host, port, api_key, secret, useragent: "earstead-tests/1.0" });
const said = {};

const heard = (name, emitter, good = "success") =>
  new Promise((resolve) => {
    emitter.on(good, (value) => resolve((said[name] = value)));
    emitter.on("error", (error) => resolve((said[name] = { failed: error.error ?? String(error), message: error.message })));
  });
const asked = (name, method, params) => heard(name, lastfm.request(method, params));

async function main() {
  const session = lastfm.session({ token });
  await heard("session", session);
  said.session = { user: session.user, key: session.key };
  await heard("nowplaying", lastfm.update("nowplaying", session, { artist: "AC/DC", track: "Hells & Bells", duration: 312 }));
  const play = (track, at) =>
    lastfm.update("scrobble", session, { artist: "Sigur Rós", track, album: "Takk…", timestamp: at, duration: 268 });
  await heard("scrobble", play("Hoppípolla", now - 900));
  await heard("scrobble again", play("Hoppípolla", now - 900));
  await heard("scrobble later", play("Glósóli", now - 600));
  const loved = { artist: "Sigur Rós", track: "Glósóli", sk: session.key };
  await asked("love", "track.love", loved);
  await asked("tags", "artist.addTags", { artist: "Sigur Rós", tags: "ice,snow", sk: session.key });
  await asked("own tags", "artist.getTags", { artist: "Sigur Rós", user: "ada" });
  await heard("user info", lastfm.info("user", { user: "ada" }));
  await heard("track info", lastfm.info("track", { artist: "Sigur Rós", track: "glósóli", username: "ada" }));
  await heard("artist info", lastfm.info("artist", { artist: "sigur rós" }));
  await heard("album info", lastfm.info("album", { artist: "Sigur Rós", album: "Takk…" }));
  await asked("recent", "user.getRecentTracks", { user: "ada", limit: 5 });
  await asked("top artists", "user.getTopArtists", { user: "ada", period: "7day" });
  await asked("unlove", "track.unlove", loved);
  await asked("nobody", "user.getInfo", { user: "nobody" });
  await asked("wrong key", "track.love", { ...loved, sk: "0".repeat(32) });
  const stream = lastfm.stream("ada");
  stream.on("nowPlaying", (track) => (said["stream playing"] = track.name));
  stream.on("lastPlayed", (track) => (said["stream played"] = track.name));
  stream.start();
  const until = Date.now() + 10000;
  while (!(said["stream playing"] && said["stream played"]) && Date.now() < until) await new Promise((r) => setTimeout(r, 50));
  stream.stop();
  console.log(JSON.stringify(said));
  process.exit(0);
}
main();
