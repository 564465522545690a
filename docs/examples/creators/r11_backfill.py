"""A show's streams and followers of the last two years, a year a call: r11_backfill.py SHOW"""

import sys
from datetime import UTC, datetime, timedelta

from signed_in import creators

with creators() as me:
    show = me.resolve.show(sys.argv[1])
    end = (datetime.now(UTC) - timedelta(days=3)).date()
    for _ in range(2):
        start = end - timedelta(days=364)
        days = me.pod.show_streams(show.id, start, end)
        followers = me.pod.followers(show.id, start, end)
        print(start, end, sum(day.streams for day in days), "streams,", followers[-1].count if followers else 0, "follow")
        end = start - timedelta(days=1)
