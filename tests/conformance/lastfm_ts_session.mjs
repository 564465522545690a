// A program on the npm package `lastfm-ts-api`: signs in with a password, writes, then calls every method of every class
// and prints what came back, as JSON. Usage: node lastfm_ts_session.mjs SETTINGS PACKAGE
import https from "node:https";

const { port, api_key, secret, password, now } = JSON.parse(process.argv[2]);
const api = await import(`${process.argv[3]}/dist/index.js`);
// The package takes the name of a host and no port: the program says which one TLS has here.
https.globalAgent.defaultPort = port;
const config = { hostname: "localhost", path: "/2.0" };
const make = (Kind, key) => new Kind(api_key, secret, key, config);
const { session } = await make(api.LastFMAuth).getMobileSession({ username: "ada", password });
const said = { session, answers: {}, failed: {} };

const track = make(api.LastFMTrack, session.key);
const play = { artist: "Sigur Rós", album: "Takk…", duration: 268 };
said.many = await track.scrobbleMany(
  Array.from({ length: 12 }, (_, i) => ({ ...play, track: `Song ${i} & more`, timestamp: now - 9000 + 300 * i })),
);
const given = {
  ...play, track: "Song 1 & more", timestamp: now - 600, tag: "ice", tags: "ice,snow", user: "ada", username: "ada",
  country: "Germany", location: "Germany", taggingtype: "artist", password, limit: 5, page: 1,
};
given.token = (await make(api.LastFMAuth).getToken()).token;
for (const [name, Kind] of Object.entries(api).filter(([name]) => /^LastFM[A-Z][a-z]+$/.test(name))) {
  for (const method of Object.getOwnPropertyNames(Kind.prototype).filter((one) => !["constructor", "scrobbleMany"].includes(one))) {
    const call = `${name.slice(6).toLowerCase()}.${method}`;
    const words = method === "getToken" ? [] : [given];
    try {
      said.answers[call] = await make(Kind, session.key)[method](...words);
    } catch (error) {
      said.failed[call] = error.message;
    }
  }
}
console.log(JSON.stringify(said));
