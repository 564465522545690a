"""What a call looks like to the self-test: from both protocols to `core.playtest.Arrival`.

Called for throwaway access alone; with nobody testing, a call costs the question whether anybody does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from earstead.apis.lastfm import legacy_wire, wire
from earstead.apis.lastfm.decode import Decoded
from earstead.apis.lastfm.errors import INVALID_SIGNATURE
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.inventory import find
from earstead.apis.lastfm.legacy_sessions import Session
from earstead.apis.lastfm.sign import base_string, verifies
from earstead.core.playtest import Arrival, What

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.services.selftest import SelfTest, Trial

MOST_TEXT = 300
_WHAT: dict[str, What] = {"track.scrobble": "scrobble", "track.updatenowplaying": "playing"}


def note_call(selftest: SelfTest, asked: Decoded, fault: Fault | None, now: int) -> None:
    """Remember a call of API 2.0, if it came with the key of a test."""
    trial = selftest.by_key(asked.given.get("api_key", "").strip())
    if trial is None:
        return
    what = _WHAT.get(asked.method, "other")
    entries = wire.grouped(asked.given) if what != "other" else []
    unsigned = _unsigned(asked, trial.secret, fault)
    said = "" if fault is None else f"error {fault.code}, {fault.message}"
    made = [
        _arrival(now, "2.0", what, _name(asked), entry, fault=said, unsigned=unsigned)
        for entry in entries[: wire.MOST_ENTRIES] or [{}]
    ]
    selftest.note(trial, made)


def _name(asked: Decoded) -> str:
    """The method as it is documented; as it was sent where there is none."""
    try:
        return find(asked.method).name
    except Fault:
        return asked.method


def _unsigned(asked: Decoded, secret: str, fault: Fault | None) -> str:
    try:
        method = find(asked.method)
    except Fault:
        return ""
    needed = method.auth != "key" or (fault is not None and fault.code == INVALID_SIGNATURE)
    if not needed or verifies(asked.raw, secret, strict=True):
        return ""
    if not asked.given.get("api_sig"):
        return "The call carries no api_sig."
    joined = base_string(asked.raw)
    shown = joined if len(joined) <= MOST_TEXT else f"{joined[:MOST_TEXT]}…"
    return f"api_sig is the MD5, in hex, of the UTF-8 text that ends with your secret: {shown}SECRET"


def trial_of(services: Services, session: Session) -> Trial | None:
    """The test that a session of Submissions 1.x belongs to. Blocks a little, while somebody tests."""
    selftest = services.selftest
    if not selftest.busy:
        return None
    if session.password_md5:
        return selftest.by_password(session.user_id, session.password_md5)
    trial, found = selftest.of_user(session.user_id), services.applications.session(session.key)
    return trial if trial and found and found[1] == trial.application_id else None


def note_handshake(selftest: SelfTest, user_id: int, answer: str, now: int) -> None:
    """Remember a handshake that was refused, for whom it names: a wrong password belongs to no test yet."""
    if trial := selftest.of_user(user_id):
        selftest.note(trial, [Arrival(at=now, door="1.2", what="other", name="handshake", fault=answer)])


def note_legacy(selftest: SelfTest, trial: Trial, name: str, said: Iterable[legacy_wire.Fields], now: int) -> None:
    """Remember a now-playing notice or the entries of a submission."""
    what: What = "playing" if name == "nowplaying" else "scrobble"
    made = []
    for one in said:
        given = {long: one.get(short) or "" for short, long in (("a", "artist"), ("t", "track"), ("l", "duration"))}
        given["timestamp"] = one.get("i") or ""
        made.append(_arrival(now, "1.2", what, name, given))
    selftest.note(trial, made)


def _arrival(
    now: int, door: str, what: What, name: str, said: dict[str, str], *, fault: str = "", unsigned: str = ""
) -> Arrival:
    # Judged as if it came in time: what is wrong with the time is for the self-test to say, in more words.
    ignored = wire.judged({**said, "timestamp": str(now)}, now, "").ignored if what == "scrobble" and said else 0
    return Arrival(
        at=now,
        door=door,
        what=what,
        name=name[:MOST_TEXT],
        artist=said.get("artist", "")[:MOST_TEXT],
        track=said.get("track", "")[:MOST_TEXT],
        timestamp=said.get("timestamp", "").strip()[:40],
        duration_s=(wire.duration_ms(said.get("duration", "")) or 0) // 1000,
        fault=fault[:MOST_TEXT],
        unsigned=unsigned,
        ignored=wire.IGNORED[ignored],
    )
