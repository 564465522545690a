"""How known clients are pointed here; `{root}`, `{host}`, `{user}` and `{password}` are filled in when drawn.

Three kinds: programs that take an address; programs that have a better door here than this one; and programs with
the address of Last.fm built in, which reach this server only under its names.
"""

from __future__ import annotations

from earstead.services.registry import ConnectCard

_API = "{root}/2.0/"
_LOGIN = (("User name", "{user}"), ("Password", "{password}"))
_BUILT_IN = (
    "On the computer that the program runs on, let the names below lead to this server (its hosts file, or the "
    "network's name server).",
    "Give this server a certificate for these names that the computer trusts, and let it listen at ports 80 and 443.",
)
_NAMES_NOTE = "Everything else on that computer that speaks to Last.fm then speaks to this server as well."
_WEB_NAMES = ("Names to lead here", "ws.audioscrobbler.com\nwww.last.fm")
_OLD_NAMES = ("Names to lead here", "post.audioscrobbler.com")


def _built_in(
    client: str, title: str, *more: tuple[str, str], names: tuple[str, str] = _WEB_NAMES, step: str
) -> ConnectCard:
    """A program whose address is fixed."""
    return ConnectCard(client=client, title=title, settings=(names, *more), steps=(*_BUILT_IN, step), note=_NAMES_NOTE)


CARDS: tuple[ConnectCard, ...] = (
    # -- that take an address -------------------------------------------------------------------------------------
    ConnectCard(
        client="mpdscribble",
        title="mpdscribble (Music Player Daemon)",
        settings=(
            (
                "In mpdscribble.conf",
                "[earstead]\nurl = {root}/\nusername = {user}\npassword = {password}\n"
                "journal = /var/cache/mpdscribble/earstead.journal",
            ),
        ),
        steps=(
            "Add the section to ~/.mpdscribble/mpdscribble.conf, or to /etc/mpdscribble.conf.",
            "Remove or keep the sections of other servers as you like, and restart mpdscribble.",
        ),
    ),
    ConnectCard(
        client="VLC",
        title="VLC",
        settings=(("Scrobbler URL", "{host}"), *_LOGIN),
        steps=(
            "Open Preferences and choose to show all settings.",
            "Under Interface, Control interfaces, switch on Audioscrobbler.",
            "In its own section below, enter the three values, then restart VLC.",
        ),
        note="The address has no http:// in front: VLC adds it, and cannot speak TLS here.",
    ),
    ConnectCard(
        client="QTScrobbler",
        title="QTScrobbler and scrobbler (logs of portable players)",
        settings=(("Custom site", "{host}"), *_LOGIN),
        steps=("In QTScrobbler's options, switch on the custom site.", "Enter the three values and submit a log."),
        note="The address has no http:// in front. The command scrobbler reads what QTScrobbler has stored.",
    ),
    ConnectCard(
        client="Quod Libet",
        title="Quod Libet",
        settings=(("Service", "Other"), ("URL", "{root}"), *_LOGIN),
        steps=(
            "Open Plugins and switch on AudioScrobbler Submission.",
            "In its preferences, choose the service Other and enter the three values.",
        ),
    ),
    ConnectCard(
        client="Pano Scrobbler",
        title="Pano Scrobbler (through its GNU FM login)",
        settings=(("API URL", _API), *_LOGIN),
        steps=("Open Settings and choose to add an account.", "Choose Custom GNU FM.", "Enter the three values."),
        note="The way with the most: loves and removals arrive too. Its ListenBrainz login works as well.",
    ),
    ConnectCard(
        client="cmusfm",
        title="cmusfm (cmus)",
        settings=(
            (
                "In ~/.config/cmus/cmusfm.conf",
                'service-api-url = "{root}/2.0/"\nservice-auth-url = "{root}/api/auth/"',
            ),
        ),
        steps=("Add both lines to the file.", "Run: cmusfm init", "Allow access on the page that it names."),
    ),
    ConnectCard(
        client="pylast",
        title="Programs built on pylast (Python)",
        settings=(
            (
                "In the program",
                "network = pylast.LastFMNetwork(api_key=KEY, api_secret=SECRET)\n"
                'network.ws_server = ("{host}", "/2.0/")\n'
                'network.username = "{user}"\n'
                "network.session_key = pylast.SessionKeyGenerator(network).get_session_key(\n"
                '    network.username, pylast.md5("{password}")\n'
                ")",
            ),
        ),
        steps=(
            "Make a key and a secret: Develop, API accounts.",
            "Leave the password out of LastFMNetwork(...): given there, it is sent to Last.fm.",
        ),
        note="pylast speaks TLS only: the server needs a certificate that the program's computer trusts.",
    ),
    ConnectCard(
        client="multi-scrobbler",
        title="multi-scrobbler (as a Libre.fm client)",
        settings=(
            (
                "In config/librefm.json",
                '[{"name": "earstead", "configureAs": "client", "data": {"urlBase": "{root}/2.0/"}}]',
            ),
        ),
        steps=("Put the file in place and restart multi-scrobbler.", "Follow its link to allow access."),
        note="Its ListenBrainz client works as well.",
    ),
    ConnectCard(
        client="Simple Scrobbler",
        title="Simple Scrobbler (Android)",
        settings=(("GNUkebox URL", "{root}/"), ("Nixtape URL", _API), *_LOGIN),
        steps=("Open the settings and choose the Custom GNU FM service.", "Enter the four values."),
    ),
    # -- that have a better door ------------------------------------------------------------------------------------
    ConnectCard(
        client="Strawberry",
        title="Strawberry (its Last.fm scrobbler)",
        settings=(_WEB_NAMES,),
        steps=(*_BUILT_IN, "Then sign in under Settings, Scrobbler, Last.fm."),
        note="The address is built in. Without touching names: through rescrobbled, see its entry.",
    ),
    ConnectCard(
        client="Navidrome",
        title="Navidrome (its Last.fm scrobbler)",
        settings=(_WEB_NAMES, ("ND_LASTFM_ENABLED", "true")),
        steps=(*_BUILT_IN, "Make a key and a secret here, give them to ND_LASTFM_APIKEY and ND_LASTFM_SECRET."),
        note="The address is built in. Navidrome's ListenBrainz scrobbler takes one and is the simpler way.",
    ),
    ConnectCard(
        client="Jellyfin",
        title="Jellyfin (Last.fm plugin)",
        settings=(_WEB_NAMES, *_LOGIN),
        steps=(*_BUILT_IN, "Then sign in on the plugin's page with these values."),
        note="The address is built in. The ListenBrainz plugin takes one and is the simpler way.",
    ),
    ConnectCard(
        client="Web Scrobbler",
        title="Web Scrobbler (its Last.fm account)",
        settings=(_WEB_NAMES,),
        steps=(*_BUILT_IN, "Then sign in on the options page under Last.fm."),
        note="The address is built in. Its ListenBrainz account takes one and is the simpler way.",
    ),
    ConnectCard(
        client="rescrobbled",
        title="rescrobbled (its Last.fm part)",
        settings=(_WEB_NAMES, ("In ~/.config/rescrobbled/config.toml", 'lastfm-key = "KEY"\nlastfm-secret = "SECRET"')),
        steps=(*_BUILT_IN, "Make a key and a secret here and put them into the file."),
        note="The address is built in. Its ListenBrainz part takes one and is the simpler way.",
    ),
    # -- whose address is fixed ----------------------------------------------------------------------------------------
    _built_in(
        "mpdas",
        "mpdas (Music Player Daemon)",
        ("In ~/.mpdasrc", "username = {user}\npassword = {password}\nservice = lastfm"),
        step="Put the three lines into the file and restart mpdas.",
    ),
    _built_in(
        "Rhythmbox",
        "Rhythmbox",
        names=("Names to lead here", "ws.audioscrobbler.com\nwww.last.fm\npost.audioscrobbler.com"),
        step="Then open Last.fm in the side pane, sign in, and allow access on the page that opens.",
    ),
    _built_in(
        "Mopidy",
        "Mopidy (Mopidy-Scrobbler)",
        ("In mopidy.conf", "[scrobbler]\nusername = {user}\npassword = {password}"),
        step="Put the section into the file and restart Mopidy.",
    ),
    _built_in(
        "foobar2000",
        "foobar2000 (Audioscrobbler component)",
        *_LOGIN,
        names=_OLD_NAMES,
        step="Then enter both values under Preferences, Tools, Audioscrobbler.",
    ),
    _built_in(
        "Audacious",
        "Audacious",
        step="Then choose Services, Scrobbler in the settings, ask for permission and allow access on the page.",
    ),
    ConnectCard(
        client="",
        title="Any other Last.fm client",
        settings=(
            ("API root", _API),
            ("Page that gives access", "{root}/api/auth/"),
            ("Submissions 1.2 (older programs)", "{root}/"),
            *_LOGIN,
        ),
        note="Any API key is taken unless the owner of this server chose otherwise. The password is an app password, "
        "not the one you sign in with.",
    ),
)
