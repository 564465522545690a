"""The comments of a show that nobody answered yet: r13_comments.py SHOW"""

import sys

from signed_in import creators

with creators(adhoc=True) as me:
    for comment in me.comments.digest(sys.argv[1]):
        print(comment.uri, comment.author, comment.text, sep="\t")
