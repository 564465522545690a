"""A player's half of scrobbling, with nothing but Python's standard library.

    python scrobble.py http://localhost:8400 KEY SECRET NAME APP-PASSWORD

plays a song of 40 seconds: says that it is playing, waits until half of it was heard, and reports it. With --past it
reports a song that has just ended, and waits for nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

AGENT = "example-player/1.0 (https://example.org/player)"
TRY_LATER = {8, 11, 16, 29}
"""Errors that pass: keep the play and send it again."""


@dataclass
class Play:
    """One play; `timestamp` is its start, unix seconds UTC."""

    artist: str
    track: str
    album: str
    duration: int
    timestamp: int


class ApiError(Exception):
    """What the server answered, by its number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"error {code}: {message}")
        self.code = code


class Scrobbler:
    """Speaks for one user. `queue` is a file that keeps plays the server has not taken yet."""

    def __init__(self, root: str, key: str, secret: str, queue: Path) -> None:
        self.root, self.key, self.secret, self.queue = root.rstrip("/"), key, secret, queue
        self.session = ""

    def call(self, method: str, **given: object) -> dict:
        """Sign, send, and read one call."""
        said = {"method": method, "api_key": self.key, **{name: str(value) for name, value in given.items()}}
        if self.session:
            said["sk"] = self.session
        joined = "".join(name + said[name] for name in sorted(said))
        said["api_sig"] = hashlib.md5((joined + self.secret).encode()).hexdigest()
        said["format"] = "json"  # format and callback are the only ones that are not signed
        body = urllib.parse.urlencode(said).encode()
        request = urllib.request.Request(f"{self.root}/2.0/", body, {"User-Agent": AGENT})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as refusal:  # the number is in the body, whatever the status
            answer = json.load(refusal)
        if "error" in answer:
            raise ApiError(answer["error"], answer["message"])
        return answer

    def sign_in(self, name: str, password: str) -> None:
        """Get a session key. Keep it: it is good until its user takes it back."""
        answer = self.call("auth.getMobileSession", username=name, password=password)
        self.session = answer["session"]["key"]

    def now_playing(self, play: Play) -> None:
        """Say what begins. It is news and not history: after a failure it is not said again."""
        try:
            self.call(
                "track.updateNowPlaying",
                artist=play.artist,
                track=play.track,
                album=play.album,
                duration=play.duration,
            )
        except (OSError, ApiError) as failure:
            print("now playing was not said:", failure)

    def scrobble(self, play: Play) -> None:
        """Put a play into the queue, then send what is in there."""
        with self.queue.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(play)) + "\n")
        self.flush()

    def flush(self) -> None:
        """Send the queue, oldest first, 50 at a time; what the server did not take stays."""
        waiting = [json.loads(line) for line in self.queue.read_text("utf-8").splitlines()]
        while waiting:
            batch = {f"{name}[{i}]": value for i, play in enumerate(waiting[:50]) for name, value in play.items()}
            try:
                told = self.call("track.scrobble", **batch)["scrobbles"]["@attr"]
            except OSError as failure:  # no network
                print("kept for later:", failure)
                return
            except ApiError as failure:
                if failure.code in TRY_LATER:
                    print("kept for later:", failure)
                    return
                raise  # 9: the user took the access back and has to sign in again
            print(f"{told['accepted']} taken, {told['ignored']} ignored")
            waiting = waiting[50:]
            self.queue.write_text("".join(json.dumps(play) + "\n" for play in waiting), "utf-8")


def enough(duration: int) -> int:
    """After how many seconds heard a track is a listen: half of it or four minutes; tracks of 30 s or less never."""
    return min(duration // 2, 240)


def main() -> None:
    """Play one song."""
    parser = argparse.ArgumentParser(description="Scrobble one song.")
    for name in ("root", "key", "secret", "name", "password"):
        parser.add_argument(name)
    parser.add_argument("--past", action="store_true", help="report a song that has just ended")
    parser.add_argument("--queue", type=Path, default=Path("scrobbles.jsonl"))
    asked = parser.parse_args()

    scrobbler = Scrobbler(asked.root, asked.key, asked.secret, asked.queue)
    scrobbler.sign_in(asked.name, asked.password)
    duration = 40
    start = int(time.time()) - (duration if asked.past else 0)
    play = Play("Björk", "Frosti", "Vespertine", duration, start)
    scrobbler.now_playing(play)
    if not asked.past:
        time.sleep(enough(duration))
    scrobbler.scrobble(play)


if __name__ == "__main__":
    main()
