"""Every Chinese sentence that the chat says, in one place, to be reviewed and translated.

Names in them are masked names out of the registry; amounts are written by ``money.yuan``.
"""

from typing import Final

BUTTONS: Final[dict[str, str]] = {
    "ACCEPT": "同意承诺书并接受",
    "ACCEPT_AT": "同意承诺书并接受，排第{position}位",
    "DECLINE": "拒绝",
    "WITHDRAW": "撤回邀请",
    "PAUSE": "暂停共济",
    "RESUME": "恢复共济",
    "END": "解除绑定",
    "PAY": "缴纳",
    "REFUND": "申请退费",
    "CONFIRM": "确认",
    "CANCEL": "取消",
}

NOTICES: Final[dict[str, str]] = {
    "NOT_SHOWN": "这项内容已无法查看。",
    "PERSON_STATUS_CHANGED": "您的参保状态有变化；如有疑问，请联系参保地医保经办机构。",
    "ACCOUNT_STATUS_CHANGED": "您的个人账户状态有变化；如有疑问，请联系参保地医保经办机构。",
    "ORDER_TO_SET": (
        "为您共济的家人不止一位，请设置扣款顺序；设置之前，家人的账户都不会使用。"
        "您可以直接说，例如：把妈妈排到第一。"
    ),
    "LOW_BALANCE": "您的个人账户余额已低于{below}；余额用完后，费用由家人的共济或个人现金支付。",
    "LOW_BALANCE_ALONE": "您的个人账户余额已低于{below}；余额用完后，费用由个人现金支付。",
    "BALANCE_USED_UP": "您的个人账户余额已用完；以后的费用由家人的共济或个人现金支付。",
    "BALANCE_USED_UP_ALONE": (
        "您的个人账户余额已用完；以后的费用由个人现金支付，也可以请家人邀请您共济。"
    ),
    "PREMIUM_CONFIRMED": "{premium}已由税务确认。",
    "PREMIUM_FAILED": "{premium}税务未确认，已全部退回原账户。",
    "PREMIUM_REFUNDED": "{premium}已退费；重新缴纳之前，该年度没有居民医保。",
}
"""Sentences of cards that only say something, by their name."""
PREMIUM_AS_PAYER: Final = "您为{name}缴纳的{year}年度居民医保费"
PREMIUM_AS_INSURED: Final = "{name}为您缴纳的{year}年度居民医保费"

YOU: Final = "您"
NO_ACCOUNT: Final = "{who}没有医保个人账户。"
NO_SHARERS: Final = "目前没有家人为{who}共济。"
NO_BENEFICIARIES: Final = "{who}目前没有为家人共济。"
NO_BILL: Final = "{who}还没有结算记录。"
REGION_NOT_OPEN: Final = "参保地尚未开通家庭共济，请联系参保地医保经办机构。"

COVERAGE: Final[dict[str, str]] = {
    "FULLY": "本人账户可付{own}，其余家人的共济可以全部支付。",
    "PARTLY": "本人账户可付{own}，其余家人的共济只能支付一部分，不足的由个人现金支付。",
    "NOT": "本人账户可付{own}，其余家人的共济不能支付，由个人现金支付。",
}
COVERED_BY_OWN: Final = "本人账户足够支付{own}。"
QUOTE: Final = "{amount}的费用，按在参保地{place}、全部可由个人账户支付计算：{coverage}"
PLACES: Final[dict[str, str]] = {"HOSPITAL": "定点医院", "PHARMACY": "定点药店"}
ANY_PLACE: Final = "定点医药机构"

WHY_ON_LAST_BILL: Final = "在您最近一次结算中：{sentence}"
WHY_NOW: Final[dict[str, str]] = {
    "ENOUGH": "{name}的账户目前可以使用。",
    "LOW": "{name}的账户目前可以使用，但可用的不多。",
    "EMPTY": "{name}的账户目前没有可用余额。",
    "UNAVAILABLE": "{name}的账户目前不可用。",
}
WHY_OF_MINE: Final[dict[str, str]] = {
    "NOT_LIVE": "您与{name}的共济关系尚未生效。",
    "PAUSED": "您已暂停为{name}共济。",
    "STATUS": "您的个人账户或参保状态不正常，暂不能为{name}共济。",
    "BALANCE": "您的个人账户没有余额，不能为{name}共济。",
    "RESERVE": "您的个人账户余额未超过保留金额{reserve}，不能为{name}共济。",
    "LIMIT": "您为{name}设置的限额已用完。",
    "USABLE": "您的账户目前可以为{name}共济。",
}

NO_STATEMENT: Final = "{year}年{month}月{who}的个人账户没有明细。"

PREMIUM_WINDOWS: Final[dict[str, str]] = {
    "PREMIUM_OPENED": "{year}年度居民医保费开始缴纳，{closes}截止。您可以用个人账户为家人代缴：",
    "PREMIUM_CLOSES": "{year}年度居民医保费将于{closes}截止，还有家人未缴。您可以用个人账户代缴：",
}
PREMIUM_WINDOW_OVER: Final = "{year}年度居民医保费目前没有可由您代缴的家人。"
NOT_PAYABLE: Final = "为{name}缴纳{year}年度居民医保费须付{amount}，目前不能缴纳。"
PAID_FROM_TO: Final = "缴费期为{opens:%Y年%-m月%-d日}至{closes:%Y年%-m月%-d日}。"
PAID_WHILE_PAUSED: Final = "您已暂停为{name}共济，恢复后才能缴纳。"
PAID_FROM_ACCOUNT: Final[dict[str, str]] = {
    "FROZEN": "您的个人账户已冻结；如有疑问，请联系参保地医保经办机构。",
    "CLOSED": "您的个人账户已关闭；如有疑问，请联系参保地医保经办机构。",
}
"""Why the own account cannot pay a premium, by its state."""
DAY: Final = "{month}月{day}日"
PAY_FOR: Final = "为{name}缴纳"

ADVICE: Final[dict[str, str]] = {
    "ORDER": "您还没有设置扣款顺序，家人的账户暂未使用；请在“扣款顺序”中设置。",
    "PLACE": "请到定点医院或定点药店就医、购药，才能使用个人账户和共济。",
    "PERSON": "请联系参保地医保经办机构核对您的参保状态。",
    "OWN_ACCOUNT": "请联系参保地医保经办机构核对您的个人账户状态。",
    "NO_SHARERS": "家人可以邀请您共济，用家人的个人账户支付不足部分。",
    "SHORT": "家人账户的可用金额不足；可以请其他家人邀请您共济。",
    "REGION": "在已开通异地共济的定点医药机构，家人的账户才能支付。",
}
"""What a beneficiary can do so that less is paid in cash, by why it was."""

HELPS: Final[dict[str, str]] = {
    "HELP": "您可以直接说，例如：",
    "HELP_ABOUT": "您可以这样说：",
    "NOT_UNDERSTOOD": "没有听懂您的意思，没有办理任何业务。您可以这样说：",
}
"""What stands above sentences that can be said, by its name."""
WELCOME: Final = "不客气。需要办理时，请直接说。"
CONTACT: Final = "这里没有人工服务。请到当地医保经办机构窗口，或拨打12393医保服务热线咨询、投诉。"
HELP_INVITE: Final = (
    "邀请家人请写明关系、姓名和18位身份证号码，例如：邀请妈妈张某某，身份证号码是……。"
    "号码不会显示在对话里。"
)
ID_NUMBER_WRONG: Final = "{message}{remedy}没有办理任何业务。"

NOBODY: Final[dict[str, str]] = {
    "ACCEPT": "没有找到等您接受的邀请。",
    "DECLINE": "没有找到等您答复的邀请。",
    "ORDER": "没有找到这样一位为您共济的家人。",
    "END": "没有找到与这样一位家人的共济关系。",
    "PAUSE": "没有找到可以暂停的共济关系。",
    "RESUME": "没有找到已暂停的共济关系。",
    "LIMIT": "没有找到您为其共济的这样一位家人。",
    "PAY": "没有找到您可以为其缴费的这样一位家人。",
    "WITHDRAW": "没有找到您发出的、等待答复的邀请。",
    "REFUND": "没有找到您代缴的、可以退的居民医保费。",
    "WHY": "没有找到这样一位与您有共济关系的家人。",
}
"""What is said where nobody fits, whoever was meant."""

TITLES: Final[dict[str, str]] = {
    "INVITE": "邀请亲属",
    "ACCEPT": "接受邀请",
    "DECLINE": "拒绝邀请",
    "WITHDRAW": "撤回邀请",
    "ORDER": "调整扣款顺序",
    "END": "解除绑定",
    "PAUSE": "暂停共济",
    "RESUME": "恢复共济",
    "LIMIT": "设置限额",
    "RESERVE": "设置保留金额",
    "PAY": "代缴居民医保费",
    "REFUND": "退居民医保费",
}

INVITE_WHOM: Final = "邀请您的{kinship}{name}（证件号码{id_number}）使用您的个人账户余额。"
INVITE_THEN: Final = "对方接受后才生效；绑定不划转任何资金。"
AGREES: Final = "确认即表示同意承诺书（{version}版）：{declaration}"
AGREES_ELSEWHERE: Final = "确认即表示同意承诺书（{version}版），全文由参保地经办机构提供。"
ACCEPT_WHOM: Final = "接受{name}的共济邀请。"
ACCEPT_AT: Final = "接受{name}的共济邀请，扣款顺序排第{position}位。"
ACCEPT_THEN: Final = "结算时先用您本人的账户，不足部分由家人的账户按顺序支付。"
DECLINE_WHOM: Final = "拒绝{name}的共济邀请。"
WITHDRAW_WHOM: Final = "撤回对{name}的邀请。"
END_AS_SHARER: Final = "解除后，{name}以后的费用不再从您的账户支付，也不能再由您代缴居民医保费。"
END_AS_BENEFICIARY: Final = "解除后，{name}的账户不再为您支付，不足部分由其他共济人或个人现金支付。"
END_THEN: Final = "立即生效；已经结算的费用不变；再次绑定须重新邀请和接受。"
PAUSE_WHOM: Final = "暂停后，{name}以后的费用不从您的账户支付，直到您恢复。"
RESUME_WHOM: Final = "恢复后，{name}的费用可以继续从您的账户支付。"
ORDER_WHOM: Final = "新的扣款顺序：{names}。"
ORDER_THEN: Final = "顺序只决定先用谁的账户；没有限额时，您要付的现金不变。"
LIMIT_WHOM: Final = "{name}使用您账户的限额改为：{limits}。"
LIMIT_THEN: Final = "超过限额的部分由其他共济人或对方现金支付；不影响您本人使用。"
LIMIT_PARTS: Final[dict[str, str]] = {
    "SETTLEMENT": "每次{amount}",
    "MONTH": "每月{amount}",
    "YEAR": "每年{amount}",
}
NO_LIMIT: Final = "不限"
RESERVE_SET: Final = "共济时您的账户至少保留{amount}；不影响您本人使用。"
RESERVE_NONE: Final = "共济时您的账户不再保留金额。"
PAY_WHOM: Final = "为{name}缴纳{year}年度居民医保费{amount}。"
PAY_FROM: Final = "从您的个人账户支付{from_own}，须一次缴清。"
PAY_THEN: Final = "税务未确认的自动退回；待遇年度开始前可以申请退费。"
REFUND_WHOM: Final = "退掉为{name}缴纳的{year}年度居民医保费{amount}。"
REFUND_THEN: Final = "全部退回原来支付的账户；{name}在{year}年度将没有居民医保，除非重新缴纳。"

CONFIRM_STATES: Final[dict[str, str]] = {
    "OPEN": "请在{minutes}分钟内确认。",
    "PENDING": "正在办理。",
    "DONE": "已办理。",
    "CANCELLED": "已取消，没有办理任何业务。",
    "REFUSED": "未予办理。",
    "OVERTAKEN": "情况已有变化，此卡片不再有效。",
    "EXPIRED": "已超过确认时间，没有办理任何业务。",
    "FAILED": "系统出错，未能确认办理结果。",
}
CANNOT_ANSWER: Final = "系统出错，没能答复这条消息，没有办理任何业务。请稍后再说一次。"
CANNOT_TELL: Final = "系统出错，未能确认办理结果。请先查看最新情况，再决定是否重新办理。"

DONE: Final[dict[str, str]] = {
    "INVITE": "邀请已发出，等待对方接受。",
    "ACCEPT": "已接受邀请。",
    "DECLINE": "已拒绝邀请。",
    "WITHDRAW": "已撤回邀请。",
    "ORDER": "扣款顺序已调整。",
    "END": "已解除绑定。",
    "PAUSE": "已暂停共济。",
    "RESUME": "已恢复共济。",
    "LIMIT": "限额已设置。",
    "RESERVE": "保留金额已设置。",
    "PAY": "保费已扣款，等待税务确认。",
    "REFUND": "保费已退回原账户。",
}
INVITED_WARD: Final = (
    "邀请已发出。{name}由您代为办理：请在“我的”的“为谁办理”中选择{name}，再接受邀请。"
)
CANCELLED: Final = "已取消，没有办理任何业务。"
CHANGED: Final = "情况有变化，请查看最新的内容后再确认。"

CHOOSE: Final = "您指的是哪一项？"
CHOSEN: Final = "您指的是哪一项？（已选择）"
CHOICE_EXPIRED: Final = "您指的是哪一项？（已超过选择时间，没有办理任何业务）"
MORE_CHOICES: Final = "可选的太多，这里没有全部列出。如果没有您要的，请说出家人的姓名。"
CHOICES: Final[dict[str, str]] = {
    "INVITE": "邀请{kinship}",
    "ACCEPT": "接受{name}的邀请",
    "ACCEPT_AT": "接受{name}的邀请，排第{position}位",
    "DECLINE": "拒绝{name}的邀请",
    "WITHDRAW": "撤回对{name}的邀请",
    "ORDER": "调整为：{names}",
    "END_SHARER": "不再为{name}共济",
    "END_BENEFICIARY": "不再使用{name}的账户",
    "PAUSE": "暂停为{name}共济",
    "RESUME": "恢复为{name}共济",
    "LIMIT": "{name}：{limits}",
    "RESERVE": "保留{amount}",
    "PAY": "为{name}缴纳{year}年度居民医保费",
    "REFUND": "退{name}的{year}年度居民医保费",
}
CHOICE_OF_NOBODY: Final = "（已无法查看）"
