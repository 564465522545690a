"""How known clients are pointed here; `{root}`, `{user}` and `{token}` are filled in when drawn."""

from __future__ import annotations

from earstead.services.registry import ConnectCard

_ROOT = "{root}"
_API = "{root}/1/"

CARDS: tuple[ConnectCard, ...] = (
    ConnectCard(
        client="Web Scrobbler",
        title="Web Scrobbler (browser extension)",
        settings=(("API URL", "{root}/1/submit-listens"), ("Token", "{token}")),
        steps=(
            "Open the extension's options and choose Accounts.",
            "In the ListenBrainz section, open Properties.",
            "Enter the API URL and the token, then save.",
        ),
    ),
    ConnectCard(
        client="Pano Scrobbler",
        title="Pano Scrobbler (Android and desktop)",
        settings=(("API URL", _ROOT), ("Token", "{token}")),
        steps=("Open Settings and choose to add an account.", "Choose Custom ListenBrainz.", "Enter both values."),
        note="The plain server address; a trailing /1/ is added by the app.",
    ),
    ConnectCard(
        client="navidrome",
        title="Navidrome",
        settings=(("ND_LISTENBRAINZ_BASEURL", _API), ("ND_LISTENBRAINZ_ENABLED", "true"), ("Token", "{token}")),
        steps=(
            "Set the two variables (or ListenBrainz.BaseURL in navidrome.toml) and restart Navidrome.",
            "In Navidrome, open Personal, switch on Scrobble to ListenBrainz and enter the token.",
        ),
        note="The address must end in /1/.",
    ),
    ConnectCard(
        client="Jellyfin ListenBrainz plugin",
        title="Jellyfin (ListenBrainz plugin)",
        settings=(("ListenBrainz API URL", _ROOT), ("User token", "{token}")),
        steps=(
            "In the dashboard, open Plugins, ListenBrainz, and enter the API URL under General.",
            "Choose your user, enter the token, verify it and save.",
        ),
    ),
    ConnectCard(
        client="rescrobbled",
        title="rescrobbled (MPRIS, Linux)",
        settings=(("In ~/.config/rescrobbled/config.toml", '[[listenbrainz]]\nurl = "{root}"\ntoken = "{token}"'),),
        steps=("Add the block to the file.", "Restart: systemctl --user restart rescrobbled"),
    ),
    ConnectCard(
        client="listenbrainz-mpd",
        title="listenbrainz-mpd (Music Player Daemon)",
        settings=(
            (
                "In ~/.config/listenbrainz-mpd/config.toml",
                '[submission]\napi_url = "{root}"\ntoken = "{token}"',
            ),
        ),
        steps=("Put both lines into the submission section.", "Restart listenbrainz-mpd."),
    ),
    ConnectCard(
        client="Strawberry",
        title="Strawberry Music Player (through rescrobbled)",
        settings=(("In ~/.config/rescrobbled/config.toml", '[[listenbrainz]]\nurl = "{root}"\ntoken = "{token}"'),),
        steps=(
            "Install rescrobbled, which hears Strawberry over MPRIS, and add the block to its file.",
            "Switch Strawberry's own ListenBrainz scrobbler off.",
        ),
        note="Strawberry's own scrobbler has its address built in and cannot be pointed elsewhere.",
    ),
    ConnectCard(
        client="multi-scrobbler",
        title="multi-scrobbler",
        settings=(("LZ_URL", _ROOT), ("LZ_TOKEN", "{token}"), ("LZ_USER", "{user}")),
        steps=("Set the three variables for multi-scrobbler.", "Restart it; ListenBrainz appears among its clients."),
    ),
    ConnectCard(
        client="liblistenbrainz",
        title="Programs built on liblistenbrainz or pylistenbrainz (Python)",
        settings=(
            (
                "liblistenbrainz",
                'client = liblistenbrainz.ListenBrainz(api_base_url="{root}")\nclient.set_auth_token("{token}")',
            ),
            (
                "pylistenbrainz",
                'pylistenbrainz.client.API_BASE_URL = "{root}"\n'
                'client = pylistenbrainz.ListenBrainz()\nclient.set_auth_token("{token}")',
            ),
        ),
    ),
    ConnectCard(
        client="",
        title="Any other ListenBrainz client",
        settings=(("API root", _ROOT), ("or, where it wants the version", _API), ("Token", "{token}")),
        note="Programs that show your listens by name only need a history that is unlisted or public.",
    ),
)
