"""Tokens: whom they let in as whom, and everything that keeps a forged or stale one out."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey
from pydantic import SecretStr
from starlette.requests import HTTPConnection

from gongji.app.auth import LEEWAY_S, MAX_TOKEN, Gate
from gongji.app.development_tokens import TokenMaker, TokenRefused, demo_person, institution_of
from gongji.app.settings import DEVELOPMENT_ISSUER, NamedKey, Settings
from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.errors import Unauthenticated
from tests.world import NOON, TestClock, World

ISSUER = "https://issuer.example"
SUBJECT = UUID(int=1)
SECRET = "0123456789abcdef" * 4
EC = ECKey.generate_key("P-256", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp"})
PUBLIC = KeySet.import_key_set(KeySet([EC, RSA, OKP]).as_dict(private=False))
NOW = int(NOON.timestamp())
PERSON: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "gongji",
    "sub": str(SUBJECT),
    "kind": "person",
    "channel": "MINI_PROGRAM",
    "jti": "t-1",
    "iat": NOW,
    "exp": NOW + 600,
}
TILL = PERSON | {"kind": "till", "channel": "TILL", "operator": "收费员01"}
STAFF = PERSON | {"kind": "staff", "channel": "DASHBOARD", "region": "542500", "roles": ["READER"]}


def production() -> Settings:
    return Settings(
        environment="production",
        personal_data_keys=(NamedKey("a", b"p" * 32),),
        digest_key=b"d" * 32,
        token_issuer=ISSUER,
        token_keys=PUBLIC,
        tax_bureau_url="https://tax.example/orders",
        tax_bureau_token=SecretStr("t" * 16),
    )


def development() -> Settings:
    return Settings(development_token_key=SecretStr(SECRET))


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def gate(clock: TestClock) -> Gate:
    """Return the gate of an installation in production."""
    return Gate.of(production(), clock)


def sign(claims: dict[str, Any], key: Key = EC, algorithm: str = "ES256", **header: str) -> str:
    kid = {"kid": key.kid} if key.kid else {}
    return jwt.encode({"alg": algorithm, **kid, **header}, dict(claims), key, [algorithm])


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def encoded(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def connection(*headers: tuple[bytes, bytes]) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": list(headers)})


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "PS256"), (OKP, "Ed25519")])
def test_a_token_of_any_public_key_names_the_person(gate: Gate, key: Key, algorithm: str) -> None:
    actor = gate.check(sign(PERSON, key, algorithm))

    assert actor == Actor(ActorKind.PERSON, SUBJECT, Channel.MINI_PROGRAM, token_id="t-1")


def test_a_till_comes_with_its_clerk_and_staff_with_region_and_roles(gate: Gate) -> None:
    assert gate.check(sign(TILL)) == Actor(
        ActorKind.TILL, SUBJECT, Channel.TILL, operator="收费员01", token_id="t-1"
    )
    assert gate.check(sign(STAFF)) == Actor(
        ActorKind.STAFF,
        SUBJECT,
        Channel.DASHBOARD,
        token_id="t-1",
        region="542500",
        roles=frozenset({"READER"}),
    )


def test_claims_of_another_kind_of_actor_count_for_nothing(gate: Gate) -> None:
    actor = gate.check(sign(PERSON | {"region": "542500", "roles": ["READER"], "operator": "x"}))

    assert (actor.region, actor.roles, actor.operator) == (None, frozenset(), None)


def test_a_token_holds_from_its_first_second_until_before_its_last(
    gate: Gate, clock: TestClock
) -> None:
    token = sign(PERSON | {"nbf": NOW + 100})

    clock.at = NOON + timedelta(seconds=99 - LEEWAY_S)
    with pytest.raises(Unauthenticated):
        gate.check(token)
    clock.move(seconds=1)
    assert gate.check(token).subject == SUBJECT
    clock.at = NOON + timedelta(seconds=600, microseconds=-1)
    assert gate.check(token).subject == SUBJECT
    clock.move(microseconds=1)
    with pytest.raises(Unauthenticated):
        gate.check(token)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "kind", "channel", "jti", "exp"])
def test_a_token_without_a_claim_is_refused(gate: Gate, name: str) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(without(PERSON, name)))


@pytest.mark.parametrize(
    ("claims", "name"), [(TILL, "operator"), (STAFF, "region"), (STAFF, "roles")]
)
def test_a_kind_of_actor_needs_its_claims(gate: Gate, claims: dict[str, Any], name: str) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(without(claims, name)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"iss": DEVELOPMENT_ISSUER},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": {"gongji": 1}},
        {"sub": "1"},
        {"sub": None},
        {"sub": 7},
        {"kind": "system"},
        {"kind": 1},
        {"channel": "REGISTRY"},
        {"channel": "TILL"},
        {"channel": "DASHBOARD"},
        {"jti": "\u202e"},
        {"jti": "t" * 101},
        {"jti": 1},
        {"exp": NOW},
        {"exp": str(NOW + 600)},
        {"exp": None},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"iat": NOW + LEEWAY_S + 1},
        {"nbf": "x"},
        {"nbf": float("nan")},
    ],
)
def test_a_wrong_claim_is_refused(gate: Gate, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON | wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "54"},
        {"region": "５42500"},
        {"region": 542500},
        {"roles": "READER"},
        {"roles": {"READER": 1}},
        {"roles": ["reader"]},
        {"roles": [1]},
        {"roles": ["READER"] * 21},
    ],
)
def test_a_wrong_claim_of_staff_is_refused(gate: Gate, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(STAFF | wrong))


@pytest.mark.parametrize("operator", ["", "\x00", "a\u202eb", "x" * 41, 1, None])
def test_a_clerk_whose_name_is_none_is_refused(gate: Gate, operator: object) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(TILL | {"operator": operator}))


def test_a_token_signed_by_another_key_is_refused(gate: Gate) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "ec"})

    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON, stranger))


def test_a_token_whose_claims_were_changed_is_refused(gate: Gate) -> None:
    header, _, signature = sign(PERSON).split(".")
    forged = f"{header}.{encoded(PERSON | {'sub': str(UUID(int=2))})}.{signature}"

    with pytest.raises(Unauthenticated):
        gate.check(forged)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "HS512", "EdDSA", "dir", 1, [], None]
)
def test_an_algorithm_that_is_not_listed_is_refused(gate: Gate, algorithm: object) -> None:
    token = f"{encoded({'alg': algorithm, 'kid': 'ec'})}.{encoded(PERSON)}."

    with pytest.raises(Unauthenticated):
        gate.check(token)


@pytest.mark.parametrize("key", [EC, RSA])
def test_a_public_key_is_no_secret_key(gate: Gate, key: ECKey | RSAKey) -> None:
    signed = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(PERSON)}"
    mark = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")

    with pytest.raises(Unauthenticated):
        gate.check(f"{signed}.{urlsafe_b64encode(mark).decode().rstrip('=')}")


def test_the_algorithm_must_fit_the_key_that_is_named(gate: Gate) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON, RSA, "RS256", kid="ec"))


def test_of_several_keys_one_must_be_named(gate: Gate) -> None:
    nameless = ECKey.import_key(EC.as_dict(private=True) | {"kid": ""})

    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON, nameless))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "é.e30.e30", "e30.e30.e30", "\ud800", "x" * (MAX_TOKEN + 1), None, 1],
)
def test_what_is_no_token_is_refused(gate: Gate, token: object) -> None:
    with pytest.raises(Unauthenticated):
        gate.check(token)


def test_a_request_without_a_header_is_nobody_and_a_wrong_one_is_refused(gate: Gate) -> None:
    token = sign(PERSON).encode()

    assert gate.actor_of(connection()) is None
    actor = gate.actor_of(connection((b"authorization", b"bearer " + token)))
    assert actor is not None
    assert actor.subject == SUBJECT
    for header in (b"", b"Basic eDp5", b"Bearer", b"Bearer  ", token, b"Bearer x " + token):
        with pytest.raises(Unauthenticated):
            gate.actor_of(connection((b"authorization", header)))


def test_a_socket_may_bring_its_token_in_its_first_message(gate: Gate) -> None:
    token = sign(PERSON)

    assert gate.actor_of_payload({}) is None
    for payload in (
        {"token": token},
        {"authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {token}"},
    ):
        actor = gate.actor_of_payload(payload)
        assert actor is not None
        assert actor.subject == SUBJECT
    for wrong in ({"token": ""}, {"token": 1}, {"authorization": token}, {"authorization": 1}):
        with pytest.raises(Unauthenticated):
            gate.actor_of_payload(wrong)


def test_development_tokens_open_development_and_nothing_else(clock: TestClock) -> None:
    maker = TokenMaker(development(), now=NOON, lasting=timedelta(hours=1))
    gate = Gate.of(development(), clock)

    person = gate.check(maker.person(SUBJECT))
    till = gate.check(maker.till(SUBJECT, "01"))
    staff = gate.check(maker.staff("540000", ("READER", "REVIEWER")))

    assert (person.kind, person.subject, person.channel) == (
        ActorKind.PERSON,
        SUBJECT,
        Channel.MINI_PROGRAM,
    )
    assert (till.kind, till.subject, till.operator) == (ActorKind.TILL, SUBJECT, "01")
    assert (staff.region, staff.roles) == ("540000", frozenset({"READER", "REVIEWER"}))
    for token in (maker.person(SUBJECT), maker.till(SUBJECT, "01"), maker.staff("540000", ())):
        with pytest.raises(Unauthenticated):
            Gate.of(production(), clock).check(token)
    clock.move(hours=1)
    with pytest.raises(Unauthenticated):
        gate.check(maker.person(SUBJECT))


def test_development_keys_vouch_for_no_other_issuer(clock: TestClock) -> None:
    secret = OctKey.import_key(SECRET)
    settings = development().model_copy(update={"token_issuer": ISSUER, "token_keys": PUBLIC})
    gate = Gate.of(settings, clock)

    assert gate.check(sign(PERSON)).subject == SUBJECT
    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON, secret, "HS256"))
    with pytest.raises(Unauthenticated):
        gate.check(sign(PERSON | {"iss": DEVELOPMENT_ISSUER}))


def test_no_development_token_is_made_in_production() -> None:
    with pytest.raises(TokenRefused, match="development"):
        TokenMaker(production(), now=NOON, lasting=timedelta(hours=1))


async def test_demo_people_are_found_and_real_ones_are_not_even_looked_up(world: World) -> None:
    person = await world.person()
    hospital = await world.institution()

    assert await demo_person(world.ports, person.id_number) == person.id
    assert await institution_of(hospital.code) == hospital.id
    with pytest.raises(TokenRefused, match="demo people"):
        await demo_person(world.ports, "11010519491231002X")
    with pytest.raises(TokenRefused, match="no person"):
        await demo_person(world.ports, world.id_number())
    with pytest.raises(TokenRefused, match="no institution"):
        await institution_of("H00000000000")


def test_checking_a_token_again_costs_next_to_nothing(gate: Gate) -> None:
    token = sign(PERSON)
    gate.check(token)

    begun = time.perf_counter()
    for _ in range(1000):
        gate.check(token)

    assert time.perf_counter() - begun < 0.1
