"""Request keys: one effect per key, and the same answer for ever.

A key belongs to an actor (person, institution, staff member), across operations. It is claimed by
an insert that waits for a concurrent claim of the same key; the keyed hash of the canonical request
tells a repetition from another request. Refusals and conflicts are answers too.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import NoneType
from typing import Any, Protocol
from uuid import UUID

import orjson

from gongji.domain.actor import Actor
from gongji.domain.errors import (
    AlreadyReversed,
    AlreadySettled,
    Code,
    Conflict,
    FreshPlan,
    PlanChanged,
    Problem,
    Reason,
    Refusal,
    RequestIdReused,
    RequestVoided,
    StaleOrder,
)
from gongji.domain.money import Fen
from gongji.store.ids import request_key_id
from gongji.store.personal_data import KeyRing
from gongji.store.sql import plain_id


class Request(Protocol):
    """Anything with a client's key: a frozen dataclass of plain values."""

    @property
    def request_id(self) -> UUID:
        """Return the client's key."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """A request key as it is claimed."""

    id: UUID
    operation: str
    request_hash: str
    request_id: UUID
    actor: Actor

    def row(self, claimed_at: datetime, answer: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the columns of the row that claims it.

        Args:
            answer: what it will be, unless something stands against the request; None: not known.
        """
        return {
            "id": self.id,
            "actor_key": self.actor.key,
            "request_id": self.request_id,
            "operation": self.operation,
            "request_hash": self.request_hash,
            "actor": self.actor.record(),
            "claimed_at": claimed_at,
            "answer": answer,
        }


def make_key(operation: str, request: Request, actor: Actor, key_ring: KeyRing) -> Key:
    """Make the key of a request; the request itself is kept only as a keyed hash."""
    return Key(
        id=request_key_id(actor.subject, request.request_id),
        operation=operation,
        request_hash=key_ring.digest_bytes(
            "REQUEST", canonical(operation, request, actor.acting_for)
        ),
        request_id=request.request_id,
        actor=actor,
    )


def canonical(operation: str, request: Any, acting_for: UUID | None = None) -> bytes:
    """Write a request in the one form that is hashed: UTF-8 NFC, sorted names.

    Args:
        acting_for: the ward; the same words for another ward are another request.
    """
    whole = [operation, acting_for, _plain(request)]
    written = orjson.dumps(whole, default=plain_id, option=orjson.OPT_SORT_KEYS)
    return unicodedata.normalize("NFC", written.decode()).encode()


def _plain(value: Any) -> Any:
    """Turn what JSON or a fixed order does not know into what it does."""
    if isinstance(value, (str, int, NoneType)):
        return value
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(member) for member in value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def write_problem(problem: Problem) -> dict[str, Any]:
    """Write a refusal or conflict as an answer: codes and ids, no sentence, no amount of others."""
    match problem:
        case Refusal():
            reasons = [{"code": r.code.name, "path": list(r.path)} for r in problem.reasons]
            return {"problem": "REFUSED", "reasons": reasons}
        case StaleOrder():
            ids = [str(binding_id) for binding_id in problem.binding_ids]
            return {"problem": problem.code, "version": problem.version, "binding_ids": ids}
        case PlanChanged():
            return {"problem": problem.code, "fresh": asdict(problem.fresh)}
        case AlreadySettled():
            return {"problem": problem.code, "settlement_id": str(problem.settlement_id)}
        case AlreadyReversed():
            return {"problem": problem.code, "reversal_id": str(problem.reversal_id)}
        case _:
            raise ValueError(f"{problem.code} is no answer")


def read_problem(answer: Mapping[str, Any]) -> Problem:
    """Read what ``write_problem`` wrote."""
    match answer["problem"]:
        case "REFUSED":
            reasons = (Reason(Code[r["code"]], tuple(r["path"])) for r in answer["reasons"])
            return Refusal(*reasons)
        case StaleOrder.code:
            return StaleOrder(answer["version"], tuple(map(UUID, answer["binding_ids"])))
        case PlanChanged.code:
            return PlanChanged(_fresh_plan(answer["fresh"]))
        case AlreadySettled.code:
            return AlreadySettled(UUID(answer["settlement_id"]))
        case AlreadyReversed.code:
            return AlreadyReversed(UUID(answer["reversal_id"]))
        case unknown:
            raise ValueError(f"unknown stored problem {unknown}")


def _fresh_plan(fresh: Mapping[str, Any]) -> FreshPlan:
    return FreshPlan(
        plan=fresh["plan"],
        eligible=Fen(fresh["eligible"]),
        own=Fen(fresh["own"]),
        shared=Fen(fresh["shared"]),
        cash=Fen(fresh["cash"]),
    )


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that was claimed before, with the answer that it got."""

    operation: str
    request_hash: str
    answer: Mapping[str, Any] | None

    def answer_to(self, key: Key) -> UUID:
        """Return the id of the result that was given to this very request.

        Raises:
            RequestVoided: the key was voided before anything was done under it.
            RequestIdReused: the key was used for another request or operation.
            Refusal, Conflict: that was the answer.
        """
        if self.answer is not None and is_barred(self.answer):
            raise RequestVoided(voided_at(self.answer))
        if (self.operation, self.request_hash) != (key.operation, key.request_hash):
            raise RequestIdReused
        if self.answer is None:
            raise ValueError("a claimed key is committed together with its answer")
        if "problem" in self.answer:
            raise read_problem(self.answer)
        return UUID(self.answer["id"])


def is_answer(problem: Problem) -> bool:
    """Tell whether a problem is stored under the key: a refusal or a conflict about the state."""
    about_the_key = (RequestIdReused, RequestVoided)
    return isinstance(problem, (Refusal, Conflict)) and not isinstance(problem, about_the_key)


def write_voided(answer: Mapping[str, Any] | None, *, at: datetime, by: UUID) -> dict[str, Any]:
    """Mark an answer as voided; it stays as it was told, so that a repetition hears the same.

    Args:
        answer: None for a key under which nothing was done: it is barred.
        by: request id of the void.

    Clause: G34, law 8.
    """
    return {**(answer or {}), "voided": {"at": at.isoformat(), "by": str(by)}}


def is_voided(answer: Mapping[str, Any]) -> bool:
    """Tell whether a key was voided, before or after something was done under it."""
    return "voided" in answer


def is_barred(answer: Mapping[str, Any]) -> bool:
    """Tell whether a key was voided before anything was done under it."""
    return answer.keys() == {"voided"}


def voided_at(answer: Mapping[str, Any]) -> datetime:
    """Return when a voided key was voided."""
    return datetime.fromisoformat(answer["voided"]["at"])
