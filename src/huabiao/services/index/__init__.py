"""
The index: the ledger's blocks as SQL tables that people's questions are read from.

It follows the durable blocks of a node and may be deleted at any time: all of it is
built again from the chain. In reading order:

- `tables`     the tables
- `database`   where they are: a SQLite file, or PostgreSQL
- `kept`       what is read of a block
- `rows`       a block as rows
- `store`      rows into tables, one transaction
- `layouts`    what a Description says about stored values
- `topics`     the texts of the directory, and the search in them
- `listing`    lists of records
- `events`     what happened, forward and backward
- `questions`  the other reads; in `envelopes` those of envelopes, in `uses` who read a
               person's data, in `kinship` what came of a record, in `actors` who acted
               on which records
- `readings`   the reads as methods
- `index`      the whole: `Index`, which writes and follows
- `followed`   the reads where another process writes: `FollowedIndex`
"""

from huabiao.services.index.database import Address, BadAddress, TooSlow
from huabiao.services.index.events import NEWEST, Place, Sought
from huabiao.services.index.followed import CLOSED, FollowedIndex
from huabiao.services.index.index import Blocks, Index
from huabiao.services.index.kept import KeptBlock
from huabiao.services.index.listing import BadCursor, NotIndexed, Wanted
from huabiao.services.index.rows import LONGEST_NAME
from huabiao.services.index.store import OutOfStep

__all__ = [
    "CLOSED",
    "LONGEST_NAME",
    "NEWEST",
    "Address",
    "BadAddress",
    "BadCursor",
    "Blocks",
    "FollowedIndex",
    "Index",
    "KeptBlock",
    "NotIndexed",
    "OutOfStep",
    "Place",
    "Sought",
    "TooSlow",
    "Wanted",
]
