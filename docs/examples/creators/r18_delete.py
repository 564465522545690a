"""Delete an episode for good; its title is asked for: r18_delete.py EPISODE TITLE"""

import sys

from signed_in import creators

with creators() as me:
    print(me.episodes.delete(sys.argv[1], confirm=sys.argv[2]).state)
