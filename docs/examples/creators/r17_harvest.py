"""What the dashboard's scripts hold that is not known yet."""

from signed_in import creators

with creators() as me:
    found = me.harvest()
    for title, deltas in (("new", found.diff.added), ("changed", found.diff.changed), ("gone", found.diff.gone)):
        print(title, *(delta.name for delta in deltas))
