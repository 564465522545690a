"""Give an episode another title; all else stays: r04_edit.py EPISODE TITLE"""

import sys

from signed_in import creators

with creators() as me:
    change = me.episodes.edit(sys.argv[1], title=sys.argv[2])
    print(change.state, change.before["title"], "->", change.after["title"])
