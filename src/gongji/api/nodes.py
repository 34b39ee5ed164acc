"""The interface of everything that can be fetched again by its id."""

import strawberry


@strawberry.interface
class Node:
    """可凭编号再次查询的对象。Something that can be fetched again by its id."""

    id: strawberry.ID = strawberry.field(
        description="编号，不透明，前缀表示类别。Opaque id; its prefix names the kind."
    )
