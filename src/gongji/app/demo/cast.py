"""Who plays in the demo, and the figures that every run must show to the fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from gongji.app.development_tokens import TokenMaker, demo_person, institution_of
from gongji.app.settings import Settings
from gongji.domain.actor import Channel
from gongji.domain.money import Fen
from gongji.usecases.ports import Ports

HOSPITAL: Final = "H54252100005"
HOSPITAL_NAME: Final = "普兰孔雀河卫生院"
CLERK: Final = "03"
STAFF_REGION: Final = "542500"
STAFF_ROLES: Final = ("READER",)
LASTING: Final = timedelta(hours=1)
"""How long the demo's tokens hold."""


@dataclass(frozen=True, slots=True, repr=False)
class Player:
    """A demo person with the client that this person uses."""

    name: str
    id_number: str
    channel: Channel
    balance: Fen | None

    @property
    def client(self) -> str:
        """Return the folder of the client's documents."""
        return self.channel.lower()


PUBU: Final = Player("普布", "54259919680521019X", Channel.NATIONAL_APP, Fen(118_63))
DROLMA: Final = Player("卓玛", "542599197012010221", Channel.MINI_PROGRAM, Fen(300_00))
PHUNTSOK: Final = Player("平措", "542599199501300237", Channel.NATIONAL_APP, Fen(205_88))
CHODRON: Final = Player("曲珍", "542599194407070401", Channel.MINI_PROGRAM, None)
FAMILY: Final = (PUBU, DROLMA, PHUNTSOK, CHODRON)

PREMIUM: Final = Fen(100_00)
"""What a supported elder's premium costs in the demo families."""
LEFT_AFTER_PREMIUM: Final = Fen(200_00)

OUR_BILLS: Final = "DEMO-"
"""What the numbers of the demo's bills begin with."""

E2_BILL: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "visit": "OUTPATIENT",
        "totalFen": 1286_47,
        "selfPaidFen": 96_40,
        "overLimitFen": 12_35,
        "firstPayFen": 85_72,
        "inScopeFen": 1092_00,
        "fundPaidFen": 535_20,
        "hospitalPaidFen": 0,
        "personalShareFen": 751_27,
    }
)
"""Worked example E2 as the hospital's system has priced it; fen."""

E2_OWN: Final = Fen(118_63)
E2_SHARED: Final = Fen(505_88)
E2_CASH: Final = Fen(126_76)
E2_LEGS: Final = (Fen(118_63), Fen(300_00), Fen(205_88))


@dataclass(frozen=True, slots=True)
class Tokens:
    """A token for each person by name, for the till and for the staff."""

    people: Mapping[str, str]
    till: str
    staff: str


async def make_tokens(settings: Settings, ports: Ports, now: datetime) -> Tokens:
    """Make the tokens of everybody who plays. The database must be open.

    Raises:
        TokenRefused: the demo families are not loaded, or this is not development.
    """
    maker = TokenMaker(settings, now=now, lasting=LASTING)
    return Tokens(
        people={
            one.name: maker.person(await demo_person(ports, one.id_number), one.channel)
            for one in FAMILY
        },
        till=maker.till(await institution_of(HOSPITAL), CLERK),
        staff=maker.staff(STAFF_REGION, STAFF_ROLES),
    )
