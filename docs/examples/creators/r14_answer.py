"""Answer a comment with the hashes that the dashboard's scripts hold today: r14_answer.py SHOW COMMENT TEXT"""

import sys

from signed_in import creators

show, comment, text = sys.argv[1:4]
with creators() as me:
    me.harvest(use=True)
    print(me.comments.reply(comment, text, show=show).state)
