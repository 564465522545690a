"""Make an episode of a video; it stays a draft: r07_video.py SHOW FILE TITLE"""

import sys
from pathlib import Path

from signed_in import creators

show, file, title = sys.argv[1:4]
with creators() as me:
    made = me.episodes.create(show, title, "", video=Path(file))
    print(made.state, made.episode)
