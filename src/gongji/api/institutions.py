"""Hospitals and pharmacies."""

from typing import Annotated, Final

import strawberry

from gongji.api import ids
from gongji.api.connections import After, Before, Connection, Cursors, First, Last, connect
from gongji.api.context import Info
from gongji.api.ids import INSTITUTION
from gongji.api.nodes import Node
from gongji.api.regions import Region
from gongji.domain.institution import Institution, InstitutionKind
from gongji.usecases.views.registry import list_institutions

_INSTITUTIONS: Final = Cursors("institutions", (str,))


@strawberry.type(name="Institution")
class InstitutionType(Node):
    """定点医药机构。A designated hospital or pharmacy."""

    code: str = strawberry.field(description="国家编码 fixmedins_code。H or P and 11 digits.")
    name: str = strawberry.field(description="名称。Name.")
    kind: InstitutionKind = strawberry.field(description="类别。Hospital or pharmacy.")
    region: Region = strawberry.field(description="所在县 mdtrtarea_admvs。County.")

    @classmethod
    def of(cls, place: Institution) -> "InstitutionType":
        """Show an institution."""
        return cls(
            id=ids.encode(INSTITUTION, place.id),
            code=place.code,
            name=place.name,
            kind=place.kind,
            region=Region.of(place.region),
        )


@strawberry.type
class InstitutionQueries:
    """Queries about institutions."""

    @strawberry.field
    async def institutions(
        self,
        info: Info,
        *,
        beginning: Annotated[
            str | None,
            strawberry.argument(
                description="名称或编码的开头，最多50个字符。How the name or code begins."
            ),
        ] = None,
        region: Annotated[
            str | None,
            strawberry.argument(
                description="县、地区或省的六位代码。Six digits; 542500 stands for its counties."
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[InstitutionType]:
        """定点医药机构，按编码排列。Institutions by code."""
        page = await list_institutions(
            info.context.actor,
            _INSTITUTIONS.request(first=first, after=after, last=last, before=before),
            beginning=beginning,
            region=region,
        )
        return connect(
            page, cursors=_INSTITUTIONS, key=lambda place: (place.code,), node=InstitutionType.of
        )
