"""A show's figures of three days ago: r10_snapshot.py SHOW"""

import sys
from datetime import UTC, datetime, timedelta

from signed_in import creators

with creators() as me:
    show = me.resolve.show(sys.argv[1])
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    for starts in me.pod.show_streams(show.id, day, day):
        print(day, "starts", starts.starts, "streams", starts.streams)
    for people in me.pod.show_listeners(show.id, day, day):
        print(day, "listeners", people.count)
    for followers in me.pod.followers(show.id, day, day):
        print(day, "followers", followers.count)
