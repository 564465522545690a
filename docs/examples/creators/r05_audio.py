"""Make an episode of a sound file and schedule it for next week: r05_audio.py SHOW FILE TITLE"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from signed_in import creators

show, file, title = sys.argv[1:4]
with creators() as me:
    made = me.episodes.create(
        show,
        title,
        "<p>Made by a program.</p>",
        audio=Path(file),
        publish_on=datetime.now(UTC) + timedelta(days=7),
    )
    print(made.state, made.episode, made.after)
