"""Publish an episode now; its title is asked for: r06_publish.py EPISODE TITLE"""

import sys

from signed_in import creators

with creators() as me:
    if me.episodes.get(sys.argv[1]).title != sys.argv[2]:
        sys.exit("that is not its title")
    print(me.episodes.publish(sys.argv[1]).state)
