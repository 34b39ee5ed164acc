"""Following a conversation: each message that came, and each card that changed, as it happens."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry

from gongji.api.context import Info, OnBehalfOf
from gongji.api.conversations import CHANGES, MessageType, show_messages
from gongji.api.faults import fault
from gongji.chat.following import expect_reader, follow, newest_change

AfterChange = Annotated[
    str | None,
    strawberry.argument(
        description="从此变化之后补齐，再实时推送；不填则从此刻起。"
        "Catch up from this cursor (`newestChange`, or the `cursor` of the last event), then live; "
        "without it, from now on."
    ),
]


@strawberry.type(
    description="对话的一个变化：来了新消息，或已有消息的卡片变了；按消息编号更新即可。"
    "A change of the conversation: a message that came, or one whose card changed (cardUpdated). "
    "Put it in the place of the one with the same id, where there is one."
)
class ConversationEvent:
    """A change of the conversation."""

    cursor: str = strawberry.field(
        description="此变化的游标，断线后从这里继续。Where to go on from after a cut."
    )
    message: MessageType = strawberry.field(
        description="消息，卡片按此刻的样子。The message, its card as it stands now."
    )


@strawberry.type
class ConversationSubscriptions:
    """Subscriptions to the conversation."""

    @strawberry.subscription
    async def conversation_events(
        self, info: Info, *, after: AfterChange = None, on_behalf_of: OnBehalfOf = None
    ) -> AsyncIterator[ConversationEvent]:
        """本人或被监护人的对话的变化，先补齐，后实时，不缺不重。

        Changes of the conversation of the person or of a ward: first those missed, then live,
        without gap or repeat (G18, G19). A socket closed with 4410 did not take its events: come
        back with the last cursor.
        """
        context, viewer = info.context, info.context.acting(on_behalf_of)
        newest = await newest_change(viewer, context.ports)
        begin = _change_after(after, viewer.person_id, newest)
        async for messages in follow(context.feed, viewer, context.ports, after=begin):
            context.forget()
            shown = await show_messages(messages, viewer, context.ports)
            for message in shown:
                # Time has passed since they were read: the client may be slow.
                context.expect_token()
                await expect_reader(viewer, context.ports)
                yield ConversationEvent(cursor=message.change, message=message)


def _change_after(cursor: str | None, person_id: UUID, newest: int) -> int:
    """Return the change from which to catch up.

    Raises:
        GraphQLError: ``BAD_CURSOR``: of another conversation, or of none that was ever given out.
    """
    if cursor is None:
        return newest
    owner, change = CHANGES.read(cursor)
    if owner != person_id or not isinstance(change, int) or not 0 <= change <= newest:
        raise fault("BAD_CURSOR")
    return change
