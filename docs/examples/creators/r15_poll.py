"""Put a poll on an episode, for a week: r15_poll.py EPISODE QUESTION ANSWER ANSWER ..."""

import sys
from datetime import UTC, datetime, timedelta

from signed_in import creators

episode, question, *answers = sys.argv[1:]
now = datetime.now(UTC)
with creators() as me:
    me.harvest(use=True)
    print(me.polls.put(episode, question, answers, opens_at=now, closes_at=now + timedelta(days=7)).state)
