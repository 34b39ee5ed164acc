"""Regions as they are shown."""

import strawberry

from gongji.domain.region import region_name


@strawberry.type
class Region:
    """行政区划。A region of the administrative divisions."""

    code: str = strawberry.field(description="六位代码。Six digits.")
    name: str | None = strawberry.field(
        description="名称，只有代码时为空。Name; null where only the digits are known."
    )

    @classmethod
    def of(cls, code: str) -> "Region":
        """Show a region."""
        return cls(code=code, name=region_name(code))
