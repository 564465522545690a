"""What the commands about podcasts do, as functions of services and JSON arguments; `cli.works` has all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from earstead.cli.creators_values import owner, plain
from earstead.core.creators.endpoints import BY_LABEL
from earstead.core.errors import AppError, Conflict, NeedsReauth, NotFound, Rejected
from earstead.services.container import Services
from earstead.services.creators.changes import Acting
from earstead.services.creators.hits import LogRead
from earstead.services.creators.types import CreatorAccount, CreatorEpisode, CreatorShow, SyncRun
from earstead.services.creators.write_types import (
    Capture,
    Change,
    EpisodeEdit,
    NewEpisode,
    PollWanted,
    ShowEdit,
    Upload,
)

Tell = Callable[[dict[str, Any]], None]
Args = dict[str, Any]
Work = Callable[[Services, Args, Tell], Any]
_LOOK_S = 0.2
_ENDED = ("done", "stopped", "failed")


# --- whose and which ------------------------------------------------------------------------------------------------


def _user(services: Services, args: Args) -> int:
    return owner(services, args["name"]).user_id


def _show(services: Services, args: Args) -> CreatorShow:
    return services.creators.shows.find(_user(services, args), args["show"])


def _episode(services: Services, args: Args) -> CreatorEpisode:
    return services.creators.shows.find_episode(_user(services, args), args["episode"])


def _accounts(services: Services, args: Args) -> tuple[CreatorAccount, ...]:
    """The account asked for, or all of the user. Raises NotFound when there is none."""
    user_id = _user(services, args)
    if args["account_id"]:
        return (services.creators.accounts.get(user_id, args["account_id"]),)
    found = services.creators.accounts.of_user(user_id)
    if not found:
        raise NotFound("no account is connected: earstead creators connect")
    return found


# --- accounts -------------------------------------------------------------------------------------------------------


def _may_connect(services: Services, args: Args, tell: Tell) -> Any:
    """Raises NotFound where `_connect` would, before it is given anything."""
    user_id = _user(services, args)
    if args["account_id"]:
        services.creators.accounts.get(user_id, args["account_id"])


def _connect(services: Services, args: Args, tell: Tell) -> Any:
    user_id, accounts = _user(services, args), services.creators.accounts
    if args["account_id"]:
        made = accounts.replace_cookies(user_id, args["account_id"], args["sp_dc"], args["sp_key"])
    else:
        made = accounts.connect(user_id, args["sp_dc"], args["sp_key"], args["label"])
    shows = [one for one in services.creators.shows.of_user(user_id) if one.account_id == made.account_id]
    return {"account": plain(made), "shows": plain(shows)}


def _disconnect(services: Services, args: Args, tell: Tell) -> Any:
    services.creators.accounts.disconnect(_user(services, args), args["account_id"], erase=args["erase"])


def _sync(services: Services, args: Args, tell: Tell) -> Any:
    accounts = _accounts(services, args)
    runs = [services.creators.syncs.now(account.user_id, account.account_id) for account in accounts]
    ended = [_followed(services, account.user_id, run, tell) for account, run in zip(accounts, runs, strict=True)]
    return [_said(services, account.user_id, run) for account, run in zip(accounts, ended, strict=True)]


def _said(services: Services, user_id: int, run: SyncRun) -> dict[str, Any]:
    account = services.creators.accounts.get(user_id, run.account_id)
    mend = _with_command(run.mend, account) if run.state == "failed" and account.state == "ended" else run.mend
    return {**plain(run), "mend": mend}


def _with_command(mend: str, account: CreatorAccount) -> str:
    """What to do about cookies that have ended, with the command that takes new ones."""
    return f"{mend} In a shell: earstead creators connect --account {account.account_id}".strip()


def _followed(services: Services, user_id: int, run: SyncRun, tell: Tell) -> SyncRun:
    """The sync once it has ended, or was put off. Done here when no server works off what is queued."""
    helper = threading.Thread(target=services.worker.run_due, name="sync", daemon=True)
    here = not services.worker.running
    if here:
        helper.start()
    pause = threading.Event()
    found = run
    while found.state not in _ENDED and (helper.is_alive() or not here):
        pause.wait(_LOOK_S)
        found = services.creators.syncs.run(user_id, run.sync_id) or found
        share = min(found.done / found.planned, 1.0) if found.planned else None
        tell({"state": found.doing or found.state, "progress": share, "read": found.requests})
    if here:
        # What follows a sync, as telling webhooks of it, is not cut off by our end.
        helper.join()
    return services.creators.syncs.run(user_id, run.sync_id) or found


def _syncs(services: Services, args: Args, tell: Tell) -> Any:
    accounts = _accounts(services, args)
    return [plain(run) for one in accounts for run in services.creators.syncs.history(one.user_id, one.account_id)]


def _doctor(services: Services, args: Args, tell: Tell) -> Any:
    return [_health(services, account) for account in _accounts(services, args)]


def _health(services: Services, account: CreatorAccount) -> dict[str, Any]:
    health = services.creators.health.check(account.user_id, account.account_id)
    mend = _with_command(health.mend, account) if (health.state, health.cause) == ("broken", "cookie") else health.mend
    return {**plain(health), "mend": mend}


# --- episodes and shows ---------------------------------------------------------------------------------------------


def _draft(services: Services, args: Args, tell: Tell) -> Any:
    show, wanted = _show(services, args), NewEpisode(**args["wanted"])
    return _told(
        services.creators.studio.draft(show.user_id, show.show_id, wanted, actor="cli", dry_run=args["dry_run"])
    )


def _edit(services: Services, args: Args, tell: Tell) -> Any:
    user_id, episode = _user(services, args), _episode(services, args)
    wanted = EpisodeEdit(**args["wanted"])
    return _told(
        services.creators.studio.edit(user_id, episode.episode_id, wanted, actor="cli", dry_run=args["dry_run"])
    )


def _schedule(services: Services, args: Args, tell: Tell) -> Any:
    user_id, episode = _user(services, args), _episode(services, args)
    at, dry = args["publish_on"], args["dry_run"]
    return _told(services.creators.studio.schedule(user_id, episode.episode_id, at, actor="cli", dry_run=dry))


def _confirmed(act: str) -> Work:
    """A work of the studio that wants the episode's title typed."""

    def work(services: Services, args: Args, tell: Tell) -> Any:
        user_id, episode = _user(services, args), _episode(services, args)
        method = getattr(services.creators.studio, act)
        asked = {"confirm": args["confirm"], "actor": "cli", "dry_run": args["dry_run"]}
        return _told(method(user_id, episode.episode_id, **asked))

    return work


def _cover(services: Services, args: Args, tell: Tell) -> Any:
    show = _show(services, args)
    episode_id = _episode(services, args).episode_id if args["episode"] else 0
    asked = {"episode_id": episode_id, "actor": "cli", "dry_run": args["dry_run"]}
    return _told(services.creators.studio.cover(show.user_id, show.show_id, Path(args["file"]), **asked))


def _settings(services: Services, args: Args, tell: Tell) -> Any:
    show, wanted = _show(services, args), ShowEdit(**args["wanted"])
    asked = {"actor": "cli", "dry_run": args["dry_run"]}
    return _told(services.creators.studio.show_settings(show.user_id, show.show_id, wanted, **asked))


def _slug(services: Services, args: Args, tell: Tell) -> Any:
    show = _show(services, args)
    asked = {"confirm": args["confirm"], "actor": "cli", "dry_run": args["dry_run"]}
    return _told(services.creators.studio.slug(show.user_id, show.show_id, args["slug"], **asked))


def _poll(services: Services, args: Args, tell: Tell) -> Any:
    user_id, episode = _user(services, args), _episode(services, args)
    given = args["wanted"]
    opens_at = given["opens_at"] or services.clock.now()
    wanted = PollWanted(**{**given, "options": tuple(given["options"]), "opens_at": opens_at})
    asked = {"actor": "cli", "dry_run": args["dry_run"]}
    return _told(services.creators.studio.poll(user_id, episode.episode_id, wanted, **asked))


# --- uploads --------------------------------------------------------------------------------------------------------


def _plan_upload(services: Services, args: Args, tell: Tell) -> Any:
    show, wanted = _show(services, args), NewEpisode(**args["wanted"])
    return _told(
        services.creators.studio.plan_upload(show.user_id, show.show_id, Path(args["file"]), wanted, actor="cli")
    )


def _upload_new(services: Services, args: Args, tell: Tell) -> Any:
    show, wanted = _show(services, args), NewEpisode(**args["wanted"])
    file = Path(args["file"])
    # Checked as a page's would be, and then done by this thread, which tells how far it is.
    services.creators.studio.plan_upload(show.user_id, show.show_id, file, wanted, actor="cli")
    return _carried(services, services.creators.studio.uploads.add(show, file, wanted, actor="cli", start=False), tell)


def _upload(services: Services, args: Args, tell: Tell) -> Any:
    episode = _episode(services, args)
    show = services.creators.shows.get(_user(services, args), episode.show_id)
    uploads = services.creators.studio.uploads
    added = uploads.add(show, Path(args["file"]), None, episode=episode, actor="cli", start=False)
    return _carried(services, added, tell)


def _upload_resume(services: Services, args: Args, tell: Tell) -> Any:
    upload = services.creators.studio.uploads.get(_user(services, args), args["upload_id"])
    if upload.state in ("done", "cancelled"):
        raise Conflict(f"This upload is {upload.state} already.")
    if not upload.path.is_file():
        raise Conflict("Its file is no longer here: upload it anew.")
    return _carried(services, upload, tell)


def _carried(services: Services, upload: Upload, tell: Tell) -> Any:
    def told(now: Upload) -> None:
        tell({"state": now.step or now.state, "progress": now.share, "read": now.sent})

    return plain(services.creators.studio.uploads.run(upload, told))


def _uploads(services: Services, args: Args, tell: Tell) -> Any:
    user_id = _user(services, args)
    shows = services.creators.shows.of_user(user_id)
    return [plain(one) for show in shows for one in services.creators.studio.uploads.of_show(user_id, show.show_id)]


# --- comments and the journal ---------------------------------------------------------------------------------------


def _comment(services: Services, args: Args, tell: Tell) -> Any:
    user_id, comments = _user(services, args), services.creators.comments
    asked = {"actor": "cli", "dry_run": args["dry_run"]}
    if args["action"] == "reply":
        return _told(comments.reply(user_id, args["comment_id"], args["text"], **asked))
    if args["action"] in ("delete", "block"):
        asked["sure"] = True  # the command asked, or was told so
    return _told(getattr(comments, args["action"])(user_id, args["comment_id"], **asked))


def _moderation(services: Services, args: Args, tell: Tell) -> Any:
    show, comments = _show(services, args), services.creators.comments
    asked = {"actor": "cli", "dry_run": args["dry_run"]}
    made = []
    if args["enabled"] is not None:
        made.append(comments.switch(show.user_id, show.show_id, args["enabled"], **asked))
    if args["policy"] is not None:
        made.append(comments.policy(show.user_id, show.show_id, args["policy"], **asked))
    return [plain(change) for change in made]


def _undo(services: Services, args: Args, tell: Tell) -> Any:
    return _told(
        services.creators.changes.undo(_user(services, args), args["change_id"], actor="cli", dry_run=args["dry_run"])
    )


def _told(change: Change) -> Any:
    return plain(change)


# --- operations and recordings --------------------------------------------------------------------------------------


def _harvest(services: Services, args: Args, tell: Tell) -> Any:
    account = _accounts(services, args)[0]
    tell({"state": "reading", "read": 0})
    found = services.creators.captures.harvest(account.user_id, account.account_id)
    return _kept(services, found, args["adopt"])


def _capture(services: Services, args: Args, tell: Tell) -> Any:
    file = Path(args["file"])
    found = services.creators.captures.add(_user(services, args), file.name, file.read_bytes())
    return _kept(services, found, args["adopt"])


def _kept(services: Services, found: Capture, adopt: bool) -> Any:
    return plain(services.creators.captures.adopt(found.user_id, found.capture_id) if adopt else found)


def _adopt(services: Services, args: Args, tell: Tell) -> Any:
    captures = services.creators.captures
    turn = captures.withdraw if args["withdraw"] else captures.adopt
    return plain(turn(_user(services, args), args["capture_id"]))


def _call(services: Services, args: Args, tell: Tell) -> Any:
    account, what = _accounts(services, args)[0], args["what"]
    endpoint = BY_LABEL.get(what)
    operation = None if endpoint else services.creators.captures.registry().get(what)
    writes = endpoint.writes if endpoint else bool(operation and operation.is_write)
    asked = {name: args[name] for name in ("variables", "names", "query", "body")}
    if args["dry_run"]:
        line = f"{endpoint.method} {endpoint.path}" if endpoint else "POST /v2/graph-pq"
        return {"call": what, "writes": writes, "request": line, **{name: part for name, part in asked.items() if part}}
    if writes and not args["yes"]:
        raise Rejected("", f"{what} changes something: say --yes, or look at it with --dry-run")
    acting = Acting(user_id=account.user_id, account_id=account.account_id, actor="cli", title=what)
    with services.creators.changes.acting(acting):
        return services.creators.doing.hands.open(account.account_id).call(what, **asked)


# --- downloads ------------------------------------------------------------------------------------------------------


def _feed(services: Services, args: Args, tell: Tell) -> Any:
    show = _show(services, args)
    said = {name: args[name] for name in ("url", "prefix", "counting")}
    return plain(services.creators.feeds.set(show.user_id, show.show_id, **said))


def _log(services: Services, args: Args, tell: Tell) -> Any:
    show, hits, path = _show(services, args), services.creators.hits, Path(args["file"])
    log_id = hits.add_log(show.user_id, show.show_id, path, start=False).log_id

    def told(log: LogRead) -> None:
        tell({"state": log.state, "progress": log.share, "read": log.lines})

    return plain(hits.read_log(log_id, path, told))


def _op3(services: Services, args: Args, tell: Tell) -> Any:
    show, creators = _show(services, args), services.creators
    creators.feeds.set_op3(show.user_id, show.show_id, args["token"])
    if not args["token"]:
        return 0
    try:
        return creators.op3.fetch(show.user_id, show.show_id)
    except AppError:
        creators.feeds.set_op3(show.user_id, show.show_id, "")
        raise


_WORKS: Mapping[str, Work] = {
    "may connect": _may_connect,
    "connect": _connect,
    "disconnect": _disconnect,
    "sync": _sync,
    "syncs": _syncs,
    "doctor": _doctor,
    "draft": _draft,
    "edit": _edit,
    "schedule": _schedule,
    "publish": _confirmed("publish"),
    "delete": _confirmed("delete"),
    "remove poll": _confirmed("remove_poll"),
    "cover": _cover,
    "settings": _settings,
    "slug": _slug,
    "poll": _poll,
    "plan upload": _plan_upload,
    "upload new": _upload_new,
    "upload": _upload,
    "upload resume": _upload_resume,
    "uploads": _uploads,
    "comment": _comment,
    "moderation": _moderation,
    "undo": _undo,
    "harvest": _harvest,
    "capture": _capture,
    "adopt": _adopt,
    "call": _call,
    "feed": _feed,
    "log": _log,
    "op3": _op3,
}


def _mended(work: Work) -> Work:
    """The work, whose faults also say how to mend them."""

    def mended(services: Services, args: Args, tell: Tell) -> Any:
        try:
            return work(services, args, tell)
        except AppError as fault:
            mend = str(getattr(fault, "mend", ""))
            if isinstance(fault, NeedsReauth):
                accounts = services.creators.accounts.of_user(_user(services, args))
                mend = next((_with_command(mend, one) for one in accounts if one.state == "ended"), mend)
            if not mend or mend in str(fault):
                raise
            raise AppError(f"{str(fault).rstrip('.')}. {mend}") from fault

    return mended


WORKS: Mapping[str, Work] = {words: _mended(work) for words, work in _WORKS.items()}
"""By the words of the command, without `creators`."""
