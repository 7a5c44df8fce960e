"""The ledger as it is read: which payload and event came to what end, when, under which consent; no value of a person.

It is written by ``container.outbox`` in the transaction that ends a payload; here it is only looked at, and made
to forget.
"""

from container.ledger.cells import cells
from container.ledger.difference import difference
from container.ledger.entry import OUTCOMES, LedgerEntry
from container.ledger.life import life
from container.ledger.reading import Choice, entries
from container.ledger.summary import summary

__all__ = ["OUTCOMES", "Choice", "LedgerEntry", "cells", "difference", "entries", "life", "summary"]
