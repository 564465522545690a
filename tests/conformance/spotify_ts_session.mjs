// A program on the npm package `@spotify/web-api-ts-sdk`: signs in by its PKCE flow for browsers, then reads and writes,
// and prints what came back as JSON. Usage: node spotify_ts_session.mjs SETTINGS PACKAGE
const { root, client_id, back, album, tracks, device } = JSON.parse(process.argv[2]);

// What is sent to Spotify goes to the server under test.
const real = globalThis.fetch;
const detour = (url, init) => real(String(url).replace(/^https:\/\/(api|accounts)\.spotify\.com/, root), init);
globalThis.fetch = detour;

// The little of a browser that the flow looks at.
const kept = new Map();
globalThis.localStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
};
const place = (href) => ({ href, search: new URL(href).search });
globalThis.window = { location: place(back), localStorage, crypto, history: { replaceState: () => {} } };
globalThis.document = { title: "" };

const { SpotifyApi, Scopes } = await import(`${process.argv[3]}/dist/mjs/index.js`);
let redirectionStrategy;
// The SDK does not wait for its own redirect.
const sent = new Promise((resolve) => {
  redirectionStrategy = { redirect: async (to) => resolve(String(to)), onReturnFromRedirect: async () => {} };
});
const options = { fetch: detour, redirectionStrategy };
const api = SpotifyApi.withUserAuthorization(client_id, back, Scopes.all, options);
await api.authenticate();
const answer = await detour(await sent, { redirect: "manual" });
window.location = place(answer.headers.get("location"));
await api.authenticate();

const said = { me: (await api.currentUser.profile()).id };
await api.player.startResumePlayback(device, album);
await api.player.seekToPosition(6000);
const state = await api.player.getPlaybackState();
said.state = { progress: state.progress_ms, context: state.context.uri };
said.devices = (await api.player.getAvailableDevices()).devices.map((one) => one.name);
said.history = (await api.player.getRecentlyPlayedTracks(50)).items.map((row) => row.track.uri);
said.saved = 0;
for (let offset = 0, page; offset === 0 || page.next; offset += 50) {
  page = await api.currentUser.tracks.savedTracks(50, offset);
  said.saved += page.items.length;
}
const made = await api.playlists.createPlaylist(said.me, { name: "Mirror", public: false });
await api.playlists.addItemsToPlaylist(made.id, tracks);
said.made = (await api.playlists.getPlaylistItems(made.id)).items.map((row) => row.track.uri);
await real(`${root}/sandbox/faults`, { method: "POST", body: JSON.stringify({ kind: "rate", retry_after_s: 3 }) });
said.limited = await api.currentUser.profile().then(() => "", (error) => error.message);
console.log(JSON.stringify(said));
