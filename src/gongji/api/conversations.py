"""The conversation of a person with the service: its messages, sending, reading, pressing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import strawberry

from gongji.api import ids
from gongji.api.cards import Card, wrap_card
from gongji.api.connections import (
    After,
    Before,
    Connection,
    Cursors,
    First,
    Last,
    connect,
)
from gongji.api.context import Info, OnBehalfOf
from gongji.api.enums import describe_enum
from gongji.api.ids import MESSAGE
from gongji.api.mutations import Payload, PersonInput
from gongji.api.nodes import Node
from gongji.api.problems import Refusal, RequestIdReused, RequestVoided
from gongji.chat.cards import ShownCard, show_card
from gongji.chat.conversation import press, send
from gongji.chat.live import load_live
from gongji.chat.talk import Talk
from gongji.domain import conversation as domain
from gongji.domain.actor import Actor
from gongji.domain.page import PageOf
from gongji.usecases.mark_read import mark_read
from gongji.usecases.ports import Ports
from gongji.usecases.views.conversations import list_messages, see_conversation, see_messages

describe_enum(
    domain.Author,
    "谁写的。Who wrote a message.",
    PERSON="本人，或代办的人。The person, or who acts for the person.",
    SERVICE="系统。The service.",
)
MESSAGES: Final = Cursors("messages", (int,))
CHANGES: Final = Cursors("conversationEvents", (UUID, int))
"""Cursors of changes; each belongs to one conversation."""


@strawberry.type(name="Message")
class MessageType(Node):
    """对话中的一条消息：文字、卡片，或两者。A message: text, a card, or both."""

    number: int = strawberry.field(description="对话内序号，从1开始，不间断。Counts from 1.")
    author: domain.Author = strawberry.field(description="谁写的。Who wrote it.")
    text: str | None = strawberry.field(
        description="文字，证件等号码已隐去；只有卡片时为空。Text, numbers of persons masked."
    )
    card: Card | None = strawberry.field(
        description="卡片，按此刻的样子；只有文字时为空。The card, as it stands now."
    )
    sent_at: datetime = strawberry.field(description="时间。When it was stored.")
    change: str = strawberry.field(
        description="最近一次变化的游标，用于 conversationEvents(after:)。"
        "Cursor of its latest change; a client that has it catches up from there."
    )


async def show_messages(
    messages: Sequence[domain.Message], viewer: Actor, ports: Ports
) -> list[MessageType]:
    """Show messages of a conversation to whoever may read it, with their cards as they stand now.

    Args:
        viewer: the person whose conversation it is, or who acts for the person.

    Raises:
        Forbidden: the viewer is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.
    """
    live = await load_live(messages, viewer, ports)
    return [_show(one, show_card(one, live), viewer) for one in messages]


async def fetch_messages(wanted: Iterable[UUID], viewer: Actor, ports: Ports) -> dict[UUID, Node]:
    """Return those messages that are in the viewer's conversation, by id."""
    found = await see_messages(wanted, viewer, ports)
    shown = await show_messages(tuple(found.values()), viewer, ports)
    return dict(zip(found, shown, strict=True))


def _show(message: domain.Message, card: ShownCard | None, viewer: Actor) -> MessageType:
    return MessageType(
        id=ids.encode(MESSAGE, message.id),
        number=message.number,
        author=message.author,
        text=message.text,
        card=None if card is None else wrap_card(card, viewer),
        sent_at=message.sent_at,
        change=CHANGES.write((message.person_id, message.change)),
    )


@strawberry.type(name="Conversation")
class ConversationType:
    """本人与系统的对话。A person's one conversation with the service."""

    viewer: strawberry.Private[Actor]
    unread: int = strawberry.field(
        description="未读的系统消息数。Messages of the service that were not read."
    )
    last_number: int = strawberry.field(description="最新消息的序号，没有则为0。Newest number.")
    read_number: int = strawberry.field(description="读到的序号。Last number that was read.")
    newest_change: str = strawberry.field(
        description="最新变化的游标，用于 conversationEvents(after:)。"
        "Cursor of the newest change: what comes after it is told by the subscription."
    )

    @strawberry.field
    async def messages(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[MessageType]:
        """消息，新的在前。The messages, the newest first."""
        page = await list_messages(
            self.viewer,
            info.context.ports,
            MESSAGES.request(first=first, after=after, last=last, before=before),
        )
        shown = await show_messages(page.rows, self.viewer, info.context.ports)
        both = PageOf(tuple(zip(page.rows, shown, strict=True)), page.has_next, page.has_previous)
        return connect(
            both,
            cursors=MESSAGES,
            key=lambda one: (one[0].number,),
            node=lambda one: one[1],
        )

    @classmethod
    def of(cls, conversation: domain.Conversation, viewer: Actor) -> "ConversationType":
        """Show a conversation."""
        return cls(
            viewer=viewer,
            unread=conversation.unread,
            last_number=conversation.last_number,
            read_number=conversation.read_number,
            newest_change=CHANGES.write((conversation.person_id, conversation.last_change)),
        )


ConversationResult = Annotated[
    ConversationType | Refusal,
    strawberry.union(
        "ConversationResult",
        description="对话，或拒绝的理由。A conversation, or why it is refused.",
    ),
]


@strawberry.type
class ConversationQueries:
    """Queries about the conversation."""

    @strawberry.field
    async def conversation(self, info: Info, on_behalf_of: OnBehalfOf = None) -> ConversationResult:
        """本人或被监护人与系统的对话。The conversation of the person or of a ward (G18, G19)."""
        actor = info.context.acting(on_behalf_of)
        return ConversationType.of(await see_conversation(actor, info.context.ports), actor)


@strawberry.input
class SendMessageInput(PersonInput):
    """发送一条消息的请求。A message to be sent."""

    text: str = strawberry.field(
        description="文字，最多500字；证件等号码隐去后才保存。"
        "Text, 500 characters at most; numbers of persons are masked before it is stored."
    )


@strawberry.input
class PressCardButtonInput:
    """按下卡片按钮的请求；同一按钮按几次、在哪台设备上按，都只办一次。
    A button to be pressed; it is done once, however often and on whatever device it is pressed.
    """

    message_id: strawberry.ID = strawberry.field(description="卡片所在的消息。The card's message.")
    button: str = strawberry.field(description="按钮的 name，原样送回。The button's name.")
    on_behalf_of: strawberry.ID | None = strawberry.field(
        description="代被监护人或委托人办理。The ward for whom a guardian or proxy acts (G19).",
        default=None,
    )


@strawberry.input
class MarkReadInput:
    """标记已读的请求；只会向前，可以重复。Messages to be marked as read; it never goes back."""

    number: int = strawberry.field(description="读到的序号。The last number that was read.")
    on_behalf_of: strawberry.ID | None = strawberry.field(
        description="代被监护人或委托人办理。The ward for whom a guardian or proxy acts (G19).",
        default=None,
    )


@strawberry.type
class SendMessagePayload(Payload):
    """发送结果。The message and its reply."""

    sent: MessageType = strawberry.field(description="所发的消息。The message.")
    reply: MessageType = strawberry.field(description="答复。The one reply.")


@strawberry.type
class PressCardButtonPayload:
    """按下的结果：卡片此刻的样子，和答复。The card as it is now, and the reply."""

    pressed: MessageType = strawberry.field(
        description="卡片所在的消息，按此刻的样子。The card's message, as it is now."
    )
    reply: MessageType | None = strawberry.field(
        description="答复；按钮已不存在时为空，什么也没有办。"
        "The reply; null where there is no such button any more, and nothing was done."
    )


@strawberry.type
class MarkReadPayload:
    """已读结果。The conversation."""

    conversation: ConversationType = strawberry.field(description="对话。The conversation.")


SendMessageResult = Annotated[
    SendMessagePayload | Refusal | RequestIdReused | RequestVoided,
    strawberry.union("SendMessageResult"),
]
PressCardButtonResult = Annotated[
    PressCardButtonPayload | Refusal, strawberry.union("PressCardButtonResult")
]
MarkReadResult = Annotated[MarkReadPayload | Refusal, strawberry.union("MarkReadResult")]


def _talk(info: Info, actor: Actor) -> Talk:
    return Talk(actor, info.context.ports, info.context.desk)


@strawberry.type
class ConversationMutations:
    """Mutations of the conversation."""

    @strawberry.mutation
    async def send_message(self, info: Info, input: SendMessageInput) -> SendMessageResult:
        """说一句话，得到一条答复；要办的事先出确认卡片。Say something; acts are confirmed first."""
        actor = info.context.acting(input.on_behalf_of)
        sent = await send(input.request_id, input.text, _talk(info, actor))
        both = [sent.message, sent.reply]
        message, reply = await show_messages(both, actor, info.context.ports)
        return SendMessagePayload(sent=message, reply=reply, replayed=sent.replayed)

    @strawberry.mutation
    async def press_card_button(
        self, info: Info, input: PressCardButtonInput
    ) -> PressCardButtonResult:
        """按下卡片上的按钮。Press a button of a card; what it does is known to the server alone."""
        actor = info.context.acting(input.on_behalf_of)
        message_id = ids.decode(MESSAGE, input.message_id)
        pressed = await press(message_id, input.button, _talk(info, actor))
        replied = [] if pressed.reply is None else [pressed.reply]
        shown = await show_messages([pressed.message, *replied], actor, info.context.ports)
        return PressCardButtonPayload(pressed=shown[0], reply=shown[1] if replied else None)

    @strawberry.mutation
    async def mark_read(self, info: Info, input: MarkReadInput) -> MarkReadResult:
        """标记已读。Mark the messages as read up to a number."""
        actor = info.context.acting(input.on_behalf_of)
        conversation = await mark_read(input.number, actor, info.context.ports)
        return MarkReadPayload(conversation=ConversationType.of(conversation, actor))
