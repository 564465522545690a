"""Give a show another description: r09_show.py SHOW TEXT"""

import sys

from signed_in import creators

with creators() as me:
    change = me.shows.edit(sys.argv[1], description=sys.argv[2])
    print(change.state, change.after["description"])
