"""What stays and what goes: crashes, archives, erasing, pruning."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.core.errors import Conflict
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.journal import KEPT_DAYS
from earstead.settings import Settings
from tests.webhooks.conftest import Until, states
from tests.webhooks.receiver import Receiver


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path, receiver: Receiver, until: Until) -> None:
    """Killed between the commits and the answers of a receiver that hangs, every event arrives after the next start."""
    script = f"""
        import os, pathlib
        from earstead.app import open_services
        from earstead.settings import Settings
        services = open_services(Settings(data=pathlib.Path({str(tmp_path)!r}), allow_private=True))
        services.accounts.claim_owner(services.accounts.owner_link(), "ada", "correct horse battery staple")
        services.webhooks.add(1, {receiver.url!r})
        services.webhooks.start()
        for n in range(20):
            services.journal.add(1, "track.loved", {{"n": n}})
        print("written", flush=True)
        os.kill(os.getpid(), 9)
    """
    receiver.plan = [204, "hang"]
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, check=False)
    assert killed.returncode == -9 and killed.stdout == b"written\n"
    receiver.released.set()
    services = open_services(Settings(data=tmp_path, allow_private=True))
    try:
        services.webhooks.start()
        until(lambda: {got.event["data"]["n"] for got in receiver.got} == set(range(20)))
        ids = {(got.event["data"]["n"], got.headers["webhook-id"]) for got in receiver.got}
        assert len(ids) == 20, "what was sent twice came under one id"
    finally:
        services.close()


def test_the_archive_holds_webhooks_without_their_secrets(
    services: Services, receiver: Receiver, tmp_path: Path
) -> None:
    """Put back elsewhere, a webhook is there, off, until it has a secret; a second import adds none."""
    _, secret = services.webhooks.add(1, receiver.url, label="kitchen", types=("player.*",))
    out = io.BytesIO()
    services.exports.write(1, "archive", out)
    with zipfile.ZipFile(out) as box:
        text = box.read("webhooks.jsonl").decode()
        assert all(secret not in box.read(name).decode("utf-8", "replace") for name in box.namelist())
    assert '"label":"kitchen"' in text and '"types":["player.*"]' in text
    path = tmp_path / "archive.zip"
    path.write_bytes(out.getvalue())
    bea = services.accounts.add_user("bea", "correct horse battery staple").user_id
    for _ in range(2):
        job = services.imports.preview(bea, [path], wait=True)
        services.imports.run(bea, job.import_id, wait=True)
    [(endpoint, _)] = services.webhooks.of_user(bea)
    assert (endpoint.state, endpoint.label, endpoint.types) == ("off", "kitchen", ("player.*",))
    with pytest.raises(Conflict, match="secret"):
        services.webhooks.resume(bea, endpoint.endpoint_id)
    services.webhooks.rotate(bea, endpoint.endpoint_id)
    services.webhooks.resume(bea, endpoint.endpoint_id)
    services.webhooks.test(bea, endpoint.endpoint_id)
    assert receiver.wait(1)[0].event["data"]["label"] == "kitchen"


def test_erasing_an_account_removes_its_events(services: Services, receiver: Receiver) -> None:
    """Nothing of events, endpoints and deliveries of an erased user is left, and nobody else's is touched."""
    bea = services.accounts.add_user("bea", "correct horse battery staple").user_id
    for user_id in (1, bea):
        services.webhooks.add(user_id, receiver.url)
        services.journal.add(user_id, "track.loved", {})
    receiver.wait(2)
    services.accounts.erase(bea)
    with services.engine.read() as tx:
        for table in ("events", "webhook_endpoints", "deliveries"):
            assert tx.one(f"SELECT count(*) FROM {table}") == (1,)
    services.journal.add(1, "track.loved", {"later": True})
    assert receiver.wait(3)[2].event["data"] == {"later": True}


def test_old_deliveries_go_with_their_events(
    services: Services, receiver: Receiver, clock: FixedClock, until: Until
) -> None:
    """After 30 days the log holds what is younger, and nothing else."""
    endpoint, _ = services.webhooks.add(1, receiver.url)
    services.journal.add(1, "track.loved", {})
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)])
    clock.advance(KEPT_DAYS * 86_400 + 1)
    services.journal.add(1, "track.loved", {})
    until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)] * 2)
    assert services.journal.prune() == 1 and services.webhooks.prune() == 1
    assert states(services, endpoint.endpoint_id) == [("done", 1)]


def test_another_process_leaves_work_that_is_found(
    services: Services, tmp_path: Path, receiver: Receiver, clock: FixedClock
) -> None:
    """What a command writes beside the server is carried by the server's next look-round."""
    services.webhooks.add(1, receiver.url)
    beside = open_services(Settings(data=tmp_path, allow_private=True), clock=clock)
    beside.journal.add(1, "import.finished", {"from": "a command"})
    beside.close()
    assert receiver.wait(1)[0].event["data"] == {"from": "a command"}


def test_a_postgres_server_delivers_too(postgres_url: str, tmp_path: Path, receiver: Receiver, until: Until) -> None:
    """The same on the other database: queued, sent, written down, replayed, pruned."""
    services = open_services(Settings(data=tmp_path, database_url=postgres_url, allow_private=True))
    try:
        services.accounts.claim_owner(services.accounts.owner_link(), "ada", "correct horse battery staple")
        services.webhooks.start()
        endpoint, _ = services.webhooks.add(1, receiver.url)
        for n in range(5):
            services.journal.add(1, "track.loved", {"n": n})
        assert [got.event["data"]["n"] for got in receiver.wait(5)] == list(range(5))
        until(lambda: states(services, endpoint.endpoint_id) == [("done", 1)] * 5)
        assert services.webhooks.replay_since(1, endpoint.endpoint_id, 0) == 5
        receiver.wait(10)
        assert services.journal.prune() == 0 and services.webhooks.prune() == 0
    finally:
        services.close()
