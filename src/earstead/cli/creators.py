"""`earstead creators`: podcasts of Spotify for Creators, read, kept, changed and taken out."""

from __future__ import annotations

import click

from earstead.cli import (
    creators_answering,
    creators_connecting,
    creators_downloads,
    creators_figures,
    creators_ops,
    creators_reading,
    creators_writing,
)


@click.group("creators")
def command() -> None:
    """Podcasts of Spotify for Creators: read them, keep their figures, change them, take everything out.

    Spotify publishes no interface for this; /develop/creators of a running server says what is known of it. A SHOW is
    its number, name, id, URI or address, an EPISODE likewise. Commands that change something take --dry-run, which
    calls nobody, and are in the journal (`changes`), from which most can be undone.

    \b
    Examples:
      earstead creators connect --user anna
      earstead creators sync
      earstead creators episodes 1
      earstead creators edit 12 --title "61: About water" --dry-run
    """


_PARTS = (
    creators_connecting,
    creators_reading,
    creators_figures,
    creators_downloads,
    creators_writing,
    creators_answering,
    creators_ops,
)
for _part in _PARTS:
    for _command in _part.COMMANDS:
        command.add_command(_command)
