"""Money: whole 分 (fen), and the only place where it is written as 元 (yuan)."""

from typing import Final, NewType

Fen = NewType("Fen", int)
"""An amount in fen. Only a request that a rule then refuses brings a negative one."""

NOTHING: Final = Fen(0)
LIMIT_FEN: Final = 2**53
"""Exclusive bound of any amount's absolute value: what a JSON number carries exactly."""


def total(*amounts: Fen) -> Fen:
    """Add amounts of fen up."""
    return Fen(sum(amounts))


def yuan(amount: Fen) -> str:
    """Write an amount as people read it: ``¥3,250.68``, with the sign in front.

    Clause: G17.
    """
    sign = "-" if amount < 0 else ""
    whole, cents = divmod(abs(amount), 100)
    return f"{sign}¥{whole:,}.{cents:02d}"


def decimal_yuan(amount: Fen) -> str:
    """Write an amount in 元 as programs read it: ``-3250.68``, exact, without ``¥`` and commas.

    Clause: G17.
    """
    sign = "-" if amount < 0 else ""
    whole, cents = divmod(abs(amount), 100)
    return f"{sign}{whole}.{cents:02d}"
