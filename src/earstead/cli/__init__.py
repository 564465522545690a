"""The command line. Each command's module is loaded when it is called, so that `--help` costs nothing."""

from __future__ import annotations

import gc
from importlib import import_module

import click

from earstead import __version__

_COMMANDS = {
    "serve": ("earstead.cli.serve", "Start the server."),
    "user": ("earstead.cli.users", "Add, list and erase accounts; set passwords."),
    "token": ("earstead.cli.tokens", "Make, list and revoke the tokens of programs."),
    "app-password": ("earstead.cli.app_passwords", "Make, list and revoke the passwords of players."),
    "import": ("earstead.cli.imports", "Bring in a listening history."),
    "export": ("earstead.cli.exports", "Take a listening history out."),
    "decisions": ("earstead.cli.decisions", "Rename, merge, split, delete, edit; and undo all that."),
    "creators": ("earstead.cli.creators", "Podcasts of Spotify for Creators: read, keep, change."),
    "rebuild": ("earstead.cli.rebuild", "Derive everything again from what was said and decided."),
    "backup": ("earstead.cli.backups", "Write everything into one file, while the server runs."),
    "restore": ("earstead.cli.restores", "Put a backup back, while the server stands."),
    "doctor": ("earstead.cli.doctor", "Say what is wrong, and what to do."),
    "demo": ("earstead.cli.demo", "Fill a demo user with a believable history."),
    "sandbox": ("earstead.cli.sandbox", "Serve a simulator of another service."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The list is written from the table: asking each command would load them all.
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in _COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="earstead %(version)s")
def main() -> None:
    """A self-hosted home for everything you hear.

    Every command takes --data DIR (or EARSTEAD_DATA) and works whether or not the server is running.
    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 done in part (an import that stopped before its end).

    \b
    Examples:
      earstead serve
      earstead user add anna --password-stdin --owner < password.txt
      earstead import my_spotify_data.zip --user anna
    """
    # An import makes and drops millions of objects and hardly a circle: looking for circles every 700 objects
    # costs it a tenth of its time.
    gc.set_threshold(50_000, 20, 50)
