"""Deliveries against receivers that take, fail, hang, redirect, refuse for good, and come back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import pytest

from earstead.core.delivering import DEAD_AFTER_S, WAITS_S
from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.kit.posting import Poster
from earstead.services.container import Services
from tests.fakes.loops import run_apart
from tests.webhooks.conftest import NOW, Until, log, states
from tests.webhooks.receiver import Got, Receiver, receiving


def verified(secret: str, got: Got) -> bool:
    """Verification as the text of Standard Webhooks tells receivers to do it, written without our code."""
    kind, _, encoded = secret.partition("_")
    assert kind == "whsec"
    content = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.{got.body.decode()}"
    mac = hmac.new(base64.b64decode(encoded), content.encode(), hashlib.sha256).digest()
    expected = base64.b64encode(mac).decode()
    listed = [one.split(",", 1) for one in got.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(expected, value) for version, value in listed)


def test_an_event_arrives_signed(services: Services, receiver: Receiver, until: Until) -> None:
    """A listen reaches its subscriber as JSON that the secret told once verifies, and the log says so."""
    endpoint, secret = services.webhooks.add(1, f"{receiver.url}?room=3", label="bench")
    services.journal.add(1, "track.loved", {"track_name": "Läuten"})
    (got,) = receiver.wait(1)
    assert got.target == "/hook?room=3"
    assert verified(secret, got) and not verified("whsec_" + base64.b64encode(b"0" * 32).decode(), got)
    assert got.event["type"] == "track.loved" and got.event["data"] == {"track_name": "Läuten"}
    assert got.event["timestamp"] == "2025-06-15T15:06:40.000Z" and got.headers["webhook-timestamp"] == str(NOW)
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)])
    assert services.webhooks.get(1, endpoint.endpoint_id).delivered == 1


def test_the_published_library_accepts_the_signature(services: Services, receiver: Receiver) -> None:
    """The reference library of Standard Webhooks verifies a delivery of ours."""
    standard = pytest.importorskip("standardwebhooks")
    services_clock = services.clock
    assert isinstance(services_clock, FixedClock)
    services_clock.advance(time.time() - NOW)  # the library refuses what is minutes old
    _, secret = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {"n": 1})
    (got,) = receiver.wait(1)
    assert standard.Webhook(secret).verify(got.body, got.headers)["data"] == {"n": 1}


def test_filters_choose_types_and_groups(services: Services, receiver: Receiver) -> None:
    """An endpoint hears of the types and groups it named, of its own user, and of nothing else."""
    services.webhooks.add(1, receiver.url, types=("player.*", "track.loved"))
    for kind in ("track.unloved", "player.started", "decision.made", "track.loved"):
        services.journal.add(1, kind, {})
    services.journal.add(2, "track.loved", {})
    services.journal.add(1, "player.paused", {"last": True})
    assert [got.event["type"] for got in receiver.wait(3)] == ["player.started", "track.loved", "player.paused"]


def test_rotation_signs_with_both_secrets_for_a_day(services: Services, receiver: Receiver, clock: FixedClock) -> None:
    """After a rotation either secret verifies a delivery; a day later only the new one does."""
    endpoint, old = services.webhooks.add(1, receiver.url)
    new = services.webhooks.rotate(1, endpoint.endpoint_id)
    services.journal.add(1, "track.loved", {})
    (first,) = receiver.wait(1)
    assert verified(old, first) and verified(new, first)
    clock.advance(86_401)
    services.journal.add(1, "track.loved", {})
    second = receiver.wait(2)[1]
    assert verified(new, second) and not verified(old, second)


def test_a_receiver_that_fails_is_tried_again(
    services: Services, receiver: Receiver, clock: FixedClock, until: Until
) -> None:
    """A refused delivery waits by the schedule and arrives under the same id when the receiver is back."""
    receiver.plan = [500, "drop", "noise"]
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {})
    for attempt in (1, 2, 3):
        until(lambda attempt=attempt: states(services, endpoint.endpoint_id) == [("waiting", attempt)])
        (held,) = log(services, endpoint.endpoint_id)
        wait_s = (held.next_ms - held.tried_ms - held.took_ms) / 1000
        assert WAITS_S[attempt - 1] * 0.8 <= wait_s <= WAITS_S[attempt - 1] * 1.2
        assert held.reason and held.status == (500 if attempt == 1 else 0)
        clock.advance(wait_s + 1)
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 4)])
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert services.webhooks.get(1, endpoint.endpoint_id).failures == 0


def test_what_waited_is_sent_when_the_receiver_is_back(
    services: Services, receiver: Receiver, clock: FixedClock, until: Until
) -> None:
    """After an outage everything that waited goes at once, in order, and nothing is lost."""
    receiver.answer = 503
    endpoint, _ = services.webhooks.add(1, receiver.url)
    for n in range(4):
        services.journal.add(1, "track.loved", {"n": n})
    until(lambda: services.webhooks.get(1, endpoint.endpoint_id).failures == 3)
    resting = services.webhooks.get(1, endpoint.endpoint_id).rest_until_ms
    assert resting > clock.now_ms()
    receiver.answer = 204
    already = len(receiver.got)
    clock.advance((resting - clock.now_ms()) / 1000)
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 2)] * 3 + [("done", 1)])
    arrived = [got.event["data"]["n"] for got in receiver.got[already:]]
    assert sorted(arrived) == [0, 1, 2, 3]


def test_one_bad_event_holds_up_no_other(services: Services, receiver: Receiver, until: Until) -> None:
    """An event that its receiver cannot take waits alone; those behind it arrive."""
    receiver.plan = [500]
    endpoint, _ = services.webhooks.add(1, receiver.url)
    for n in range(3):
        services.journal.add(1, "track.loved", {"n": n})
    until(lambda: states(services, endpoint.endpoint_id) == [("waiting", 1), ("done", 1), ("done", 1)])
    assert [got.event["data"]["n"] for got in receiver.got] == [0, 1, 2]


def test_a_receiver_that_hangs_holds_up_nobody(services: Services, receiver: Receiver, until: Until) -> None:
    """While one receiver does not answer, another user's event arrives at once; the request is given up in time."""
    services.webhooks._courier._total_s = 0.5  # type: ignore[attr-defined]
    with receiving(answer="hang") as slow:
        services.webhooks.close()
        services.webhooks.start()
        stuck, _ = services.webhooks.add(1, slow.url)
        services.webhooks.add(1, receiver.url)
        began = time.monotonic()
        services.journal.add(1, "track.loved", {})
        receiver.wait(1)
        assert time.monotonic() - began < 0.5
        until(lambda: states(services, stuck.endpoint_id) == [("waiting", 1)])
        assert "no answer within 0.5 s" in log(services, stuck.endpoint_id)[0].reason


def test_a_redirect_is_not_followed(services: Services, receiver: Receiver, until: Until) -> None:
    """A redirect is a failure that says where it led; nothing is sent there."""
    with receiving() as other:
        receiver.answer, receiver.headers = 302, {"location": other.url}
        endpoint, _ = services.webhooks.add(1, receiver.url)
        services.journal.add(1, "track.loved", {})
        until(lambda: states(services, endpoint.endpoint_id) == [("waiting", 1)])
        assert other.url in log(services, endpoint.endpoint_id)[0].reason
        assert other.got == []


def test_gone_switches_the_endpoint_off(services: Services, receiver: Receiver, until: Until) -> None:
    """410 ends everything for this endpoint, with the reason; letting it go on sends new events again."""
    receiver.plan = [410]
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {"n": 0})
    until(lambda: services.webhooks.get(1, endpoint.endpoint_id).state == "off")
    assert "410" in services.webhooks.get(1, endpoint.endpoint_id).reason
    assert states(services, endpoint.endpoint_id) == [("failed", 1)]
    services.journal.add(1, "track.loved", {"n": 1})
    with pytest.raises(Conflict):
        services.webhooks.test(1, endpoint.endpoint_id)
    services.webhooks.resume(1, endpoint.endpoint_id)
    services.journal.add(1, "track.loved", {"n": 2})
    assert [got.event["data"]["n"] for got in receiver.wait(2)] == [0, 2]


def test_a_dead_endpoint_is_switched_off(
    services: Services, receiver: Receiver, clock: FixedClock, until: Until
) -> None:
    """An endpoint that took nothing for days is switched off, and says since when and why."""
    receiver.answer = 500
    endpoint, _ = services.webhooks.add(1, receiver.url)
    failures = 0
    while services.webhooks.get(1, endpoint.endpoint_id).state == "on":
        services.journal.add(1, "track.loved", {})
        until(lambda before=failures: services.webhooks.get(1, endpoint.endpoint_id).failures > before)
        failures = services.webhooks.get(1, endpoint.endpoint_id).failures
        clock.advance(DEAD_AFTER_S / 9)
        assert failures < 40
    found = services.webhooks.get(1, endpoint.endpoint_id)
    assert found.state == "off" and "500" in found.reason and "days" in found.reason


def test_a_receiver_may_ask_for_a_pause(services: Services, receiver: Receiver, until: Until) -> None:
    """Retry-After is granted, to the delivery and to the endpoint."""
    receiver.plan, receiver.headers = [429], {"retry-after": "120"}
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {})
    until(lambda: states(services, endpoint.endpoint_id) == [("waiting", 1)])
    assert log(services, endpoint.endpoint_id)[0].next_ms >= (NOW + 120) * 1000
    assert services.webhooks.get(1, endpoint.endpoint_id).rest_until_ms >= (NOW + 120) * 1000


def test_an_endless_answer_is_not_read(services: Services, receiver: Receiver, until: Until) -> None:
    """A success with a body without end is a success, of which a first part is kept."""
    receiver.plan = ["flood"]
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {})
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)])
    assert log(services, endpoint.endpoint_id)[0].answer == "x" * 500


def test_replay_and_test(services: Services, receiver: Receiver, until: Until) -> None:
    """A delivery is sent again under its id; all since an event too; a test goes to its endpoint alone."""
    endpoint, _ = services.webhooks.add(1, receiver.url, types=("track.loved",))
    first = services.journal.add(1, "track.loved", {"n": 0})
    services.journal.add(1, "track.unloved", {"n": 1})
    services.journal.add(1, "track.loved", {"n": 2})
    receiver.wait(2)
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)] * 2)
    services.webhooks.replay(1, endpoint.endpoint_id, log(services, endpoint.endpoint_id)[-1].delivery_id)
    got = receiver.wait(3)
    assert got[2].headers["webhook-id"] == got[0].headers["webhook-id"] and got[2].body == got[0].body
    assert services.webhooks.replay_since(1, endpoint.endpoint_id, first) == 1
    assert receiver.wait(4)[3].event["data"] == {"n": 2}
    services.webhooks.test(1, endpoint.endpoint_id)
    assert receiver.wait(5)[4].event["type"] == "webhook.test"


def test_a_crash_between_commit_and_sending_loses_nothing(services: Services, receiver: Receiver) -> None:
    """Deliveries that a stopped courier left behind are carried by the next one, and so is what it never settled."""
    services.webhooks.close()
    services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {"n": 0})
    assert receiver.got == []
    services.webhooks.start()
    assert receiver.wait(1)[0].event["data"] == {"n": 0}


def test_private_addresses_are_refused(services: Services, receiver: Receiver, until: Until) -> None:
    """Without the owner's leave, an address in a private network is refused when typed and again when sent to."""
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.webhooks.close()
    services.webhooks._allow_private = False
    services.webhooks._courier._allow_private = False  # type: ignore[attr-defined]
    services.webhooks.start()
    for url in ("http://127.0.0.1/x", "http://10.0.0.8/", "http://[::1]:9/", "http://169.254.169.254/latest"):
        with pytest.raises(Rejected, match="private"):
            services.webhooks.add(1, url)
    services.journal.add(1, "track.loved", {})
    until(lambda: states(services, endpoint.endpoint_id) == [("waiting", 1)])
    assert "private" in log(services, endpoint.endpoint_id)[0].reason and receiver.got == []


@pytest.mark.parametrize("url", ["", "ftp://example.org/x", "https://a:b@example.org/", "https://example.org/#x", "//"])
def test_what_is_no_address_is_refused(services: Services, url: str) -> None:
    """An address that cannot be sent to is refused with the field it was typed into."""
    with pytest.raises(Rejected) as refused:
        services.webhooks.add(1, url)
    assert refused.value.field == "url"


def test_other_users_endpoints_do_not_exist(services: Services, receiver: Receiver) -> None:
    """An endpoint of somebody else is not found, whatever is asked of it."""
    endpoint, _ = services.webhooks.add(1, receiver.url)
    for ask in (services.webhooks.get, services.webhooks.log, services.webhooks.rotate, services.webhooks.remove):
        with pytest.raises(NotFound):
            ask(2, endpoint.endpoint_id)
    assert services.webhooks.get(1, endpoint.endpoint_id).state == "on"


def test_headers_cannot_be_smuggled() -> None:
    """A line break in a header raises before anything is sent."""

    from earstead.core.errors import RetryLater

    async def post() -> None:
        await Poster(allow_private=True, agent="x").post("http://127.0.0.1:9/", {"a": "b\r\nc: d"}, b"")

    with pytest.raises(RetryLater, match="line break"):
        run_apart(post)
