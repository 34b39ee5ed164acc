"""Who is logged in."""

from typing import Annotated

import strawberry

from gongji.api import ids
from gongji.api.context import Info
from gongji.api.ids import PERSON
from gongji.api.institutions import InstitutionType
from gongji.api.limits import ListSize
from gongji.api.regions import Region
from gongji.domain.actor import MOST_ROLES, Actor, ActorKind
from gongji.domain.binding import Capacity
from gongji.domain.errors import Forbidden
from gongji.domain.person import PersonStatus, Scheme
from gongji.store.guardians import MOST_WARDS
from gongji.usecases.views.registry import MyPerson, SeenWard, see_my_institution, see_myself


@strawberry.type
class Ward:
    """本人可以代办的人。Somebody for whom the person may act (G19)."""

    id: strawberry.ID = strawberry.field(description="人员编号，用于 onBehalfOf。Id of the person.")
    name: str = strawberry.field(description="姓名，已隐去部分。Name, masked.")
    capacity: Capacity = strawberry.field(description="以何身份代办。As whom.")

    @classmethod
    def of(cls, ward: SeenWard) -> "Ward":
        """Show a ward."""
        return cls(id=ids.encode(PERSON, ward.id), name=ward.name, capacity=ward.capacity)


@strawberry.type
class MePerson:
    """登录的参保人。The person who is logged in."""

    id: strawberry.ID = strawberry.field(description="人员编号。Id of the person.")
    name: str = strawberry.field(description="姓名，已隐去部分。Name, masked.")
    id_number: str = strawberry.field(
        description="证件号码，保留首末各1位。ID number, 1 + 1 characters kept."
    )
    region: Region = strawberry.field(description="参保地。Insured region.")
    scheme: Scheme = strawberry.field(description="险种。Scheme.")
    status: PersonStatus = strawberry.field(description="参保状态。State of the insurance.")
    wards: list[Ward] = strawberry.field(
        description="可以代办的人。For whom the person may act.",
        directives=[ListSize(assumed_size=MOST_WARDS)],
    )

    @classmethod
    def of(cls, person: MyPerson) -> "MePerson":
        """Show the person."""
        return cls(
            id=ids.encode(PERSON, person.id),
            name=person.name,
            id_number=person.id_number,
            region=Region.of(person.region),
            scheme=person.scheme,
            status=person.status,
            wards=[Ward.of(ward) for ward in person.wards],
        )


@strawberry.type
class MeTill:
    """登录的收费端。The till that is logged in."""

    institution: InstitutionType = strawberry.field(description="机构。The institution.")
    operator: str | None = strawberry.field(description="收费员。The clerk.")


@strawberry.type
class MeStaff:
    """登录的经办人员。The member of staff who is logged in."""

    region: Region | None = strawberry.field(description="负责的地区。The region worked for.")
    roles: list[str] = strawberry.field(
        description="权限。What the member of staff may do.",
        directives=[ListSize(assumed_size=MOST_ROLES)],
    )

    @classmethod
    def of(cls, actor: Actor) -> "MeStaff":
        """Show the member of staff."""
        region = None if actor.region is None else Region.of(actor.region)
        return cls(region=region, roles=sorted(actor.roles))


Me = Annotated[
    MePerson | MeTill | MeStaff,
    strawberry.union("Me", description="登录者。Whoever is logged in, each as what they are."),
]


@strawberry.type
class MeQueries:
    """Queries about who is logged in."""

    @strawberry.field
    async def me(self, info: Info) -> Me:
        """当前登录者。Whoever is logged in."""
        actor = info.context.actor
        match actor.kind:
            case ActorKind.PERSON:
                return MePerson.of(await see_myself(actor, info.context.ports))
            case ActorKind.TILL:
                place = InstitutionType.of(await see_my_institution(actor))
                return MeTill(institution=place, operator=actor.operator)
            case ActorKind.STAFF:
                return MeStaff.of(actor)
            case ActorKind.SYSTEM:
                raise Forbidden
