"""What commands do, as functions of services and JSON arguments: run here or inside the running server alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from earstead.cli import creators_works
from earstead.core.errors import Rejected
from earstead.services.container import Services
from earstead.services.views import ImportJob

Tell = Callable[[dict[str, Any]], None]
Work = Callable[[Services, dict[str, Any], Tell], Any]

DEMO_NAME = "demo"
DEMO_PASSWORD = "listening"
DEMO_ZONE = "Europe/Berlin"
_CHUNK = 1000


def _user_add(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    added = services.accounts.add_user(args["name"], args["password"], role="owner" if args["owner"] else "user")
    return asdict(added)


def _user_passwd(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    services.accounts.set_password(services.accounts.named(args["name"]).user_id, args["password"])


def _user_erase(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    services.accounts.erase(services.accounts.named(args["name"]).user_id)


def _token_new(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    user = services.accounts.named(args["name"])
    return services.accounts.new_token(user.user_id, args["label"], tuple(args["scopes"]))


def _token_revoke(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    services.accounts.revoke_token(services.accounts.named(args["name"]).user_id, args["token_id"])


def _app_password_new(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    return services.accounts.new_app_password(services.accounts.named(args["name"]).user_id, args["label"])


def _app_password_revoke(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    user = services.accounts.named(args["name"])
    services.accounts.revoke_app_password(user.user_id, args["app_password_id"])


def _import(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    user_id = services.accounts.named(args["name"]).user_id

    def watch(job: ImportJob) -> None:
        tell({"state": job.state, "progress": job.progress, "read": job.counts.read})

    files = [Path(text) for text in args["files"]]
    options = args["options"] or None
    job = services.imports.preview(user_id, files, options=options, wait=True, on_progress=watch, count=args["dry_run"])
    if args["dry_run"]:
        if job.state == "preview":
            services.imports.cancel(user_id, job.import_id)
        return {**asdict(job), "report": _first(services.imports.report(user_id, job.import_id))}
    if job.state == "preview":
        job = services.imports.run(user_id, job.import_id, wait=True, on_progress=watch)
    return {**asdict(job), "report": _first(services.imports.report(user_id, job.import_id))}


def _first(report: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    return list(islice(report, 100))


def _decide(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    user = services.accounts.named(args["name"])
    return asdict(services.decisions.make(user.user_id, args["kind"], args["subject"]))


def _undo(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    user = services.accounts.named(args["name"])
    turn = services.decisions.redo if args["again"] else services.decisions.undo
    return asdict(turn(user.user_id, args["decision_id"]))


def _rebuild(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    chosen = [services.accounts.named(args["name"])] if args["name"] else list(services.accounts.users())
    done = {}
    for user in chosen:
        watch = partial(_watch_rebuild, tell, user.name)
        done[user.name] = services.ingest.rebuild(user.user_id, watch)
    return done


def _watch_rebuild(tell: Tell, name: str, read: int) -> None:
    tell({"state": name, "read": read})


def _demo(services: Services, args: dict[str, Any], tell: Tell) -> Any:
    # Only the CLI knows the sandbox, and a server that is only scrobbled to never loads it.
    from earstead.sandbox import world

    if args["listens"] > world.MAX_LISTENS:
        raise Rejected("listens", f"at most {world.MAX_LISTENS}")
    first = not services.accounts.users()
    user = services.accounts.add_user(DEMO_NAME, DEMO_PASSWORD, role="owner" if first else "user")
    services.accounts.update(user.user_id, zone=DEMO_ZONE, visibility="public", display_name="Demo")
    heard = world.history(args["seed"], args["listens"], services.clock.now(), zone=DEMO_ZONE)
    stored = 0
    while chunk := list(islice(heard, _CHUNK)):
        services.ingest.add_now(user.user_id, chunk, bulk=True)
        stored += len(chunk)
        tell({"state": "demo", "progress": stored / args["listens"], "read": stored})
    return {"name": DEMO_NAME, "password": DEMO_PASSWORD, "listens": stored}


WORKS: Mapping[str, Work] = {
    "user add": _user_add,
    "user passwd": _user_passwd,
    "user erase": _user_erase,
    "token new": _token_new,
    "token revoke": _token_revoke,
    "app-password new": _app_password_new,
    "app-password revoke": _app_password_revoke,
    "import": _import,
    "decisions make": _decide,
    "decisions undo": _undo,
    "rebuild": _rebuild,
    "demo": _demo,
    **{f"creators {words}": work for words, work in creators_works.WORKS.items()},
}
"""By the words of the command."""
