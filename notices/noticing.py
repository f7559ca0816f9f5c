"""Once a minute: what has to be told soon is written into the outbox; what is over leaves it."""

from logging_db.engine import read, write
from notices import outbox
from notices.holes import holes
from notices.reminders import reminders
from notices.sending import Post


def look_ahead(post: Post) -> int:
    """Write down reminders and holes of the next hours and days; return how many were new.

    All the reckoning is done while only reading: nobody who writes has to wait for it.
    """
    at = post.clock()
    with read(post.engine) as connection:
        book = post.rosters.load(connection, at)
        texts = post.texter is not None
        found = [*reminders(connection, book, at, texts=texts), *holes(connection, book, at)]
        keys = {draft.key for draft in found}
        told = outbox.known(connection, keys)
    with write(post.engine) as connection:
        outbox.expire(connection, at)
        outbox.settle_stuck(connection, at)
        outbox.forget(connection, at)
        outbox.retire(connection, "hole", keys, at)
        return sum(outbox.put(connection, draft) for draft in found if draft.key not in told)
