"""A conversation with a card of every kind, as the gateway would answer it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Card = dict[str, Any]

NOW: Final = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SOON: Final = "2026-12-25T00:00:00Z"
AS_SHARER: Final = {
    "__typename": "BindingAsSharer",
    "id": "B1",
    "kinshipName": "配偶",
    "status": "ACTIVE",
    "expiresAt": SOON,
    "beneficiaryName": "普*",
}
AS_BENEFICIARY: Final = {
    "__typename": "BindingAsBeneficiary",
    "id": "B2",
    "kinshipName": "父母",
    "status": "INVITED",
    "expiresAt": SOON,
    "sharerName": "平*",
    "awaitsOwnConsent": False,
}
SETTLEMENT: Final = {
    "id": "S1",
    "institution": {"name": "普兰孔雀河卫生院"},
    "settledAt": "2026-11-25T01:00:00Z",
    "status": "SETTLED",
    "personalShareFen": 75127,
    "ownFen": 11863,
    "sharedFen": 50588,
    "cashFen": 12676,
    "ownBalanceAfterFen": 0,
    "explanation": [
        {"drawnFen": 11863, "sentence": "先由本人账户支付¥118.63。"},
        {"drawnFen": 12676, "sentence": "其余¥126.76由个人现金支付。"},
    ],
}
ALL_IN_CASH: Final = {"ownFen": 0, "sharedFen": 0, "cashFen": 75127}
DRAW: Final = {
    "bindingId": "B1",
    "beneficiaryName": "普*",
    "amountFen": 30000,
    "settledAt": "2026-11-25T01:00:00Z",
    "place": "HOSPITAL",
    "county": {"name": "普兰县"},
    "reversedAt": None,
}
PREMIUM: Final = {"id": "P1", "year": 2027, "amountFen": 40000, "refundedAt": None}
BUTTONS: Final = {
    "ReceivedInvitationCard": ("同意承诺书并接受", "拒绝"),
    "BindingCard": ("暂停共济", "解除绑定"),
    "PayablePremiumCard": ("缴纳",),
    "ConfirmCard": ("确认", "取消"),
    "ChoiceCard": ("解除与平*的绑定", "解除与扎*的绑定"),
}


AS_SHARER_TOLD: Final = {
    "INVITED": "对方接受以后，才能使用您的个人账户",
    "ACTIVE": "您与普*（配偶）共济，对方可以使用您的个人账户",
    "PAUSED": "对方暂时不能使用您的个人账户",
    "WITHDRAWN": "您撤回了对普*（配偶）的邀请",
    "EXPIRED": "您对普*（配偶）的邀请已过期",
    "REFUSED": "没有通过核实，对方不能使用您的个人账户",
    "ENDED": "对方不能再使用您的个人账户",
}
AS_BENEFICIARY_TOLD: Final = {
    "INVITED": "您接受以后，才能使用对方的个人账户",
    "IN_REVIEW": "通过以后，才能使用对方的个人账户",
    "PAUSED": "暂时不能使用对方的个人账户",
    "DECLINED": "您没有接受平*的邀请",
    "WITHDRAWN": "平*撤回了对您的邀请",
    "EXPIRED": "平*对您的邀请已过期",
    "REFUSED": "没有通过核实，不能使用对方的个人账户",
    "ENDED": "您不能再使用对方的个人账户",
}


def _confirm(state: str, sentence: str) -> Card:
    return {
        "__typename": "ConfirmCard",
        "act": "END",
        "title": "解除绑定",
        "sentences": ["解除后，平*的账户不再为您支付。", "立即生效。"],
        "state": state,
        "stateSentence": sentence,
        "expiresAt": "2026-11-25T09:40:00Z",
    }


def _order(source: str, *ranks: int | None) -> Card:
    first, second = ranks
    return {
        "__typename": "OrderCard",
        "orderVersion": 3,
        "orderSource": source,
        "sharers": [
            {"id": "B2", "sharerName": "平*", "rank": first, "availability": "ENOUGH"},
            {"id": "B3", "sharerName": "卓*", "rank": second, "availability": "EMPTY"},
        ],
    }


def _payable(*, opens: str, closes: str, is_paid: bool = False) -> Card:
    payable = {
        "insuredName": "曲*",
        "year": 2027,
        "amountFen": 40000,
        "opensOn": opens,
        "closesOn": closes,
        "isPaid": is_paid,
    }
    return {"__typename": "PayablePremiumCard", "payable": payable}


def _in_every_state() -> Iterator[tuple[Card, tuple[str, ...]]]:
    """Yield a binding's card in each state, for either side: only who may draw is told so."""
    for status, told in AS_SHARER_TOLD.items():
        yield (
            {"__typename": "BindingCard", "binding": {**AS_SHARER, "status": status}},
            ("共济关系", told),
        )
    for status, told in AS_BENEFICIARY_TOLD.items():
        yield (
            {"__typename": "BindingCard", "binding": {**AS_BENEFICIARY, "status": status}},
            ("共济关系", told),
        )


EVERY: Final[tuple[tuple[Card, tuple[str, ...]], ...]] = (
    (
        {
            "__typename": "ReceivedInvitationCard",
            "binding": AS_BENEFICIARY,
            "declaration": {"version": "2025-01", "beneficiaryText": "本人自愿使用。"},
        },
        ("共济邀请", "等待答复", "平*邀请您", "2026-12-25 08:00 前有效", "本人自愿使用。"),
    ),
    (
        {"__typename": "SentInvitationCard", "binding": {**AS_SHARER, "status": "DECLINED"}},
        ("共济邀请", "已拒绝", "普*（配偶）没有接受您的邀请"),
    ),
    (
        {"__typename": "ReviewCard", "binding": {**AS_SHARER, "status": "IN_REVIEW"}},
        ("亲属关系核实", "亲属关系核实中", "通过以后，对方才能使用您的个人账户"),
    ),
    *_in_every_state(),
    (
        {
            "__typename": "BindingCard",
            "binding": {**AS_BENEFICIARY, "status": "ACTIVE", "awaitsOwnConsent": True},
        },
        ("共济关系", "共济中", "平*与您共济", "请本人重新确认", "查看详情"),
    ),
    (
        _order("BENEFICIARY", 1, 2),
        ("扣款顺序", "1　平*", "够用", "2　卓*", "已用完", "调整扣款顺序"),
    ),
    (_order("BUREAU", 1, 2), ("再按绑定先后支付", "调整扣款顺序")),
    (_order("BUREAU", None, None), ("顺序由经办机构安排。",)),
    (_order("NONE_YET", None, None), ("还没有扣款顺序", "调整扣款顺序")),
    (
        {
            "__typename": "BeneficiariesCard",
            "beneficiaries": [
                {"id": "B1", "beneficiaryName": "普*", "status": "ACTIVE", "isSuspended": True}
            ],
        },
        ("我的账户给谁用", "普*", "暂不能用"),
    ),
    (
        {
            "__typename": "ReceiptCard",
            "settlement": SETTLEMENT,
            "advice": "可以请家人恢复共济。",
        },
        (
            *("结算成功", "普兰孔雀河卫生院", "¥751.27", "¥505.88"),
            *("先由本人账户支付", "可以请家人恢复共济。", "余额 ¥0.00"),
        ),
    ),
    (
        {"__typename": "ReversalCard", "settlement": {**SETTLEMENT, "status": "REVERSED"}},
        ("结算已撤销", "账户支付的¥624.51已退回原账户。", "现金¥126.76请向收费处领回。"),
    ),
    (
        {"__typename": "ReversalCard", "settlement": {**SETTLEMENT, **ALL_IN_CASH}},
        ("已撤销现金¥751.27请向收费处领回。",),
    ),
    ({"__typename": "DrawCard", "draw": DRAW}, ("家人使用您的账户", "¥300.00", "普兰县 医院")),
    (
        {"__typename": "DrawReversalCard", "draw": {**DRAW, "reversedAt": SOON}},
        ("家人使用已退回", "已撤销", "¥300.00"),
    ),
    (
        {
            "__typename": "PremiumCard",
            "premium": {
                **PREMIUM,
                "__typename": "PremiumAsInsured",
                "status": "CONFIRMED",
                "payerName": "卓*",
            },
        },
        ("代缴居民医保", "卓*为您缴纳", "2027年度", "¥400.00", "已确认"),
    ),
    (_payable(opens="2026-11-01", closes="2026-12-05"), ("还剩 11 天", "为曲*缴纳", "¥400.00")),
    (_payable(opens="2026-11-01", closes="2026-11-25"), ("今天截止",)),
    (_payable(opens="2026-11-01", closes="2026-11-24"), ("已结束",)),
    (_payable(opens="2026-11-26", closes="2026-12-05"), ("尚未开始",)),
    (_payable(opens="2026-11-01", closes="2026-12-05", is_paid=True), ("已缴",)),
    (
        {
            "__typename": "BalanceCard",
            "account": {"balanceFen": 325068, "reserveFen": 10000, "status": "FROZEN"},
            "readAt": "2026-11-25T09:05:00Z",
        },
        ("我的个人账户", "¥3,250.68", "¥100.00", "账户已冻结", "截至 2026-11-25 17:05"),
    ),
    (
        {
            "__typename": "StatementCard",
            "year": 2026,
            "month": 10,
            "entries": [{"name": "家人使用", "count": 2, "amountFen": -30000}],
            "draws": [{"name": "普*", "amountFen": 30000, "returnedFen": 0}],
            "balanceFen": 325068,
        },
        ("2026年10月账单", "家人使用（2笔）", "-¥300.00", "其中普*使用", "¥3,250.68"),
    ),
    (
        {
            "__typename": "QuoteCard",
            "amountFen": 50000,
            "place": "HOSPITAL",
            "ownFen": 11863,
            "rest": "PARTLY",
            "leftToday": 19,
            "askedAt": "2026-11-25T09:05:00Z",
            "sentence": "其余部分家人共济只够付一部分。",
        },
        ("试算", "够付一部分", "¥500.00", "医院", "¥118.63", "今天还可试算19次"),
    ),
    (
        {
            "__typename": "PremiumWindowCard",
            "occasion": "PREMIUM_CLOSES",
            "year": 2027,
            "sentence": "2027年度居民医保缴费即将截止。",
            "payables": [{"insuredName": "曲*", "amountFen": 40000}],
        },
        ("代缴居民医保", "即将截止", "曲*", "¥400.00"),
    ),
    (
        {"__typename": "NoticeCard", "notice": "NOT_SHOWN", "sentence": "这项内容已无法查看。"},
        ("通知", "这项内容已无法查看。"),
    ),
    (
        {"__typename": "HelpCard", "sentence": "您可以这样说：", "examples": ["把妈妈排到第一"]},
        ("您可以这样说：", "把妈妈排到第一"),
    ),
    (_confirm("OPEN", "请在10分钟内确认。"), ("等待确认", "立即生效。", "17:40 前有效")),
    (_confirm("OVERTAKEN", "情况已有变化，此卡片不再有效。"), ("已失效", "情况已有变化")),
    (
        {"__typename": "ChoiceCard", "question": "您指的是哪一位？"},
        ("请选择", "您指的是哪一位？", "解除与扎*的绑定"),
    ),
    ({"__typename": "CardOfTomorrow"}, ("这个版本还不能显示这项内容",)),
)
"""Each with what it shows."""


def conversation() -> dict[str, Any]:
    """Return the answer to ``Conversation``: a message for each of these cards."""
    nodes = [_message(number, card) for number, (card, _) in enumerate(EVERY, start=1)]
    return {
        "data": {
            "conversation": {
                "__typename": "Conversation",
                "unread": 0,
                "lastNumber": len(nodes),
                "readNumber": len(nodes),
                "newestChange": "c",
                "messages": {
                    "nodes": nodes[::-1],
                    "pageInfo": {
                        "hasNextPage": False,
                        "hasPreviousPage": False,
                        "startCursor": "a",
                        "endCursor": "b",
                    },
                },
            }
        }
    }


def _message(number: int, card: Mapping[str, Any]) -> dict[str, Any]:
    kind = card["__typename"]
    labels = () if card.get("state") == "OVERTAKEN" else BUTTONS.get(kind, ())
    buttons = [{"name": f"N{place}", "label": label} for place, label in enumerate(labels)]
    return {
        "id": f"M{number}",
        "number": number,
        "author": "SERVICE",
        "text": None,
        "sentAt": (NOW + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
        "change": str(number),
        "card": {**card, "buttons": buttons},
    }
