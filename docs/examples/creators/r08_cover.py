"""Give a show another picture: r08_cover.py SHOW PICTURE"""

import sys
from pathlib import Path

from signed_in import creators

with creators() as me:
    print(me.shows.cover(sys.argv[1], Path(sys.argv[2])).state)
