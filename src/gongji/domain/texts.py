"""Every Chinese sentence that the core says, in one place, to be reviewed and translated.

``REASONS`` and ``PROBLEMS`` give, by code, the sentence and what the reader can do about it. The
sentences of an explanation are formats; the amounts in them are written by ``money.yuan``.
"""

from typing import Final

REASONS: Final[dict[str, tuple[str, str | None]]] = {
    "NOT_FOUND": ("没有找到，或您无权查看。", "请核对编号；如有疑问请联系参保地医保经办机构。"),
    "REASON_REQUIRED": ("请填写办理或查询的原因。", "原因会被记录，供日后核查。"),
    "REASON_TOO_LONG": ("原因不能超过200个字。", "请缩短后再提交。"),
    "REGION_NOT_OPEN": (
        "参保地尚未开通家庭共济。",
        "请联系参保地医保经办机构。",
    ),
    "QUOTED_AMOUNT_OUT_OF_RANGE": (
        "试算金额须大于0，且不超过1亿元。",
        "请核对金额后再试算。",
    ),
    "QUOTES_USED_UP": ("今天的试算次数已用完。", "请明天再试；到医院或药店结算不受影响。"),
    "MOMENT_IN_FUTURE": ("只能查询过去或此刻的情况。", "请选择不晚于现在的时间。"),
    "EXPORT_TOO_LONG": ("这段期间的明细超过10000笔，不能一次导出。", "请缩短期间，分几次导出。"),
    "LINK_NOT_VALID": ("下载链接已使用、已过期，或不存在。", "请重新导出，取得新的链接。"),
    "MESSAGE_EMPTY": ("消息里没有可以显示的内容。", "请输入要办的事，例如：我的余额。"),
    "MESSAGE_TOO_LONG": ("一条消息不能超过500个字。", "请分几条发送。"),
    "ID_NUMBER_FORM": ("证件号码应为18位居民身份证号码。", "请对照身份证重新输入。"),
    "ID_NUMBER_DATE": ("证件号码中的出生日期不存在或在今天之后。", "请对照身份证重新输入。"),
    "ID_NUMBER_CHECK_DIGIT": ("证件号码的校验位不对，可能输错了一位。", "请对照身份证重新输入。"),
    "DOCUMENT_NOT_SUPPORTED": (
        "暂不支持这种证件（如港澳台居民证件、护照、外国人永久居留证）。",
        "请到参保地医保经办机构窗口办理。",
    ),
    "NAME_FORM": ("姓名为空、过长，或含有不可见的特殊字符。", "请按身份证上的姓名重新输入。"),
    "SHARER_NOT_EMPLOYEE": ("只有职工医保参保人可以把个人账户共济给家人。", None),
    "SHARER_NOT_NORMAL": (
        "您的参保状态不正常，暂不能共济。",
        "请先到参保地医保经办机构核实参保状态。",
    ),
    "SHARER_WITHOUT_ACCOUNT": ("您没有医保个人账户，不能共济。", None),
    "SHARER_ACCOUNT_NOT_NORMAL": (
        "您的个人账户状态不正常，暂不能共济。",
        "请联系参保地医保经办机构。",
    ),
    "SHARER_ACCOUNT_EMPTY": ("您的个人账户没有余额，暂不能共济。", "账户有余额后再试。"),
    "SHARER_CANNOT_SHARE": ("共济人目前不能共济。", "请与共济人联系，由共济人查询原因。"),
    "SELF_INVITATION": ("不能邀请自己。", None),
    "KINSHIP_NOT_NEAR": (
        "这种关系不在可以共济的近亲属范围内。",
        "可以共济的有配偶、父母、子女等近亲属，以参保地规定为准。",
    ),
    "RELATIVE_NOT_VERIFIED": (
        "没有核实到这位亲属。",
        "请核对姓名、证件号码和亲属关系；对方须已参保且目前可以接受共济。",
    ),
    "TOO_MANY_BENEFICIARIES": ("您共济的家人已达到人数上限。", "解除一位后可以再邀请。"),
    "TOO_MANY_SHARERS": ("为您共济的家人已达到人数上限。", "解除一位后可以再接受。"),
    "INVITED_TOO_OFTEN": ("邀请过于频繁，暂不能再次邀请这位家人。", "请过一段时间再试。"),
    "BOUND_TOO_RECENTLY": ("解除绑定后需等待一段时间才能再次绑定。", "请过一段时间再试。"),
    "DECLARATION_OUTDATED": ("承诺书已更新。", "请重新阅读并同意最新的承诺书。"),
    "GUARDIAN_REQUIRED": ("未成年人须由监护人代为办理。", "请已登记的监护人登录后代为办理。"),
    "INVITATION_EXPIRED": ("邀请已过期。", "请家人重新邀请。"),
    "MOVE_NOT_ALLOWED": ("当前状态下不能这样操作。", "请刷新后查看最新状态。"),
    "BENEFICIARY_NOT_NORMAL": (
        "使用人的参保状态不正常。",
        "请先到参保地医保经办机构核实参保状态。",
    ),
    "OWN_ACCOUNT_NOT_NORMAL": ("使用人本人的个人账户状态不正常。", "请联系参保地医保经办机构。"),
    "ORDER_REQUIRED": ("已有其他家人为您共济，请选择这位家人的扣款顺位。", "选择顺位后再接受。"),
    "POSITION_OUT_OF_RANGE": ("顺位超出范围。", "顺位从1开始，最多比现有共济人数多1。"),
    "ORDER_INCOMPLETE": (
        "扣款顺序应把每位共济人恰好列出一次。",
        "请刷新共济账户管理后重新排序。",
    ),
    "AMOUNT_NEGATIVE": ("金额不能为负数。", None),
    "BILL_NUMBER_FORM": (
        "单据号为空、过长，或含有不允许的字符。",
        "单据号为1至64个可见字符，首尾无空格，采用 Unicode NFC 形式。",
    ),
    "BILL_AMOUNT_NEGATIVE": ("账单中的金额不能为负数。", None),
    "BILL_TOTAL_NOT_POSITIVE": ("医疗费总额必须大于0。", None),
    "BILL_PARTS_DO_NOT_CLOSE": (
        "账单不平：全自费、超限价、先行自付、政策范围内之和不等于医疗费总额。",
        "请核对：医疗费总额 = 全自费 + 超限价 + 先行自付 + 政策范围内。",
    ),
    "BILL_PAYERS_DO_NOT_CLOSE": (
        "账单不平：基金支付、个人负担、医院负担之和不等于医疗费总额。",
        "请核对：医疗费总额 = 基金支付 + 个人负担 + 医院负担。",
    ),
    "BILL_LINES_DO_NOT_CLOSE": ("账单不平：明细金额之和不等于医疗费总额。", "请核对明细金额。"),
    "BILL_LINES_MISSING": ("药店的账单必须有明细。", "请上传每一项药品或商品的明细。"),
    "BILL_TOO_MANY_LINES": ("账单明细不能超过300行。", "请分单结算。"),
    "BILL_TEXT_FORM": ("明细的名称或编码为空、过长，或含有不允许的字符。", "请核对这一行明细。"),
    "CREDENTIAL_NOT_RECOGNISED": (
        "未能识别该凭证。",
        "请核对凭证类型和号码，或请本人出示身份证或社保卡。",
    ),
    "REVERSAL_TOO_LATE": ("已超过可以撤销的期限。", "请联系参保地医保经办机构处理。"),
    "VOID_OF_ITSELF": (
        "冲正请求不能冲正它自己。",
        "请在 voids 中填写要冲正的那个请求的编号，冲正请求另用新的编号。",
    ),
    "PERIOD_ENDS_BEFORE_IT_BEGINS": ("起始日期晚于截止日期。", "请更正日期。"),
    "VOID_NOT_POSSIBLE": (
        "该请求已经办理，这类办理不能冲正。",
        "请查询该请求的结果，再用相应的业务办理变更。",
    ),
    "PREMIUM_NOT_PAYABLE": ("该参保地、年度和缴费类别没有可缴的居民医保费。", None),
    "PREMIUM_WINDOW_CLOSED": ("现在不在居民医保缴费期内。", "请在缴费期内办理。"),
    "PREMIUM_ALREADY_PAID": ("这位家人该年度的居民医保费已经缴纳。", None),
    "PREMIUM_INSURED_NOT_NORMAL": (
        "被缴费人的参保状态不正常。",
        "请先到参保地医保经办机构核实参保状态。",
    ),
    "PREMIUM_INSURED_NOT_RESIDENT": ("被缴费人不是居民医保参保人。", None),
    "PREMIUM_PAYER_CANNOT_PAY": (
        "共济关系或您的个人账户目前不能用于缴费。",
        "请确认共济关系有效、未暂停，且您的个人账户状态正常。",
    ),
    "PREMIUM_BALANCE_SHORT": (
        "您的个人账户余额不足以缴纳全部保费。",
        "保费须一次缴清，可改用其他方式缴纳。",
    ),
    "PREMIUM_NOT_REFUNDABLE": ("这笔保费当前不能退。", "请刷新后查看最新状态。"),
    "PREMIUM_REFUND_TOO_LATE": ("待遇年度已经开始，不能退费。", None),
}

PROBLEMS: Final[dict[str, tuple[str, str | None]]] = {
    "REQUEST_ID_REUSED": (
        "这个请求编号已用于另一个请求。",
        "新的请求请使用新的编号；重试请原样重发。",
    ),
    "REQUEST_VOIDED": (
        "这个请求编号已经冲正，不会再办理。",
        "如仍需办理，请使用新的请求编号。",
    ),
    "STALE_ORDER": ("扣款顺序刚刚有变化。", "请查看最新的顺序后再调整。"),
    "PLAN_CHANGED": ("情况有变化，与刚才显示的不一致。", "请查看最新的结果后再确认。"),
    "ALREADY_SETTLED": ("该单据号已经结算。", "如需重新结算，请先撤销原结算。"),
    "ALREADY_REVERSED": ("该笔结算已经撤销。", None),
    "UNAUTHENTICATED": ("请先登录。", "登录后再试。"),
    "FORBIDDEN": ("您没有进行此操作的权限。", None),
    "MALFORMED": ("请求的格式不正确。", "请核对所指字段的类型和格式。"),
    "UNAVAILABLE": (
        "系统暂时不可用，这次没有得到办理结果。",
        "请用同一个请求编号重试。",
    ),
}

CASH_REASONS: Final[dict[str, str]] = {
    "PLACE": "结算当日该机构不是定点医药机构，不能使用个人账户，全部由个人现金支付。",
    "PERSON": "使用人的参保状态不正常，不能使用个人账户，全部由个人现金支付。",
    "OWN_ACCOUNT": "使用人本人的个人账户状态不正常，不能使用个人账户，全部由个人现金支付。",
    "NOT_ELIGIBLE": "本次个人负担中没有可以用个人账户支付的费用，全部由个人现金支付。",
}

PAID: Final = "由{who}的个人账户支付{amount}。"
PAID_ALL: Final = "由{who}的个人账户支付{amount}，{why}。"
CASH_PAID: Final = "其余{amount}由个人现金支付。"
CASH_NOT_ELIGIBLE: Final = "不属于个人账户支付范围的{amount}由个人现金支付。"
NO_CASH: Final = "个人不需要支付现金。"

SKIPPED: Final[dict[str, str]] = {
    "STATUS": "{who}的账户或参保状态不正常，跳过。",
    "PAUSED": "{who}已暂停共济，跳过。",
    "REGION": "就医地或参保地未开通异地共济，{who}的账户跳过。",
    "ORDER": "有多位共济人但尚未设置扣款顺序，{who}的账户暂不使用。",
    "EMPTY": "{who}的账户没有可用余额，跳过。",
    "LIMIT": "{who}设置的限额已用完，跳过。",
    "RESERVE": "{who}的账户余额未超过保留金额，跳过。",
    "UNAVAILABLE": "{who}的账户目前不可用，跳过。",
}
STOPPED: Final[dict[str, str]] = {
    "LIMIT": "达到限额",
    "RESERVE": "达到保留金额",
    "BALANCE": "余额已用完",
    "ANY": "该账户本次可用的金额已用完",
}
NOT_NEEDED: Final = "费用已付清，未使用{who}的账户。"
OWN_WHO: Final = "本人"
SHARER_WHO: Final = "第{rank}顺位共济人{name}"
SHARER_WHO_UNRANKED: Final = "共济人{name}"

FLAWS: Final[dict[str, str]] = {
    "NOT_JSON": "这一行不是一个 JSON 对象。",
    "LINE_TOO_LONG": "这一行太长。",
    "UNKNOWN_RECORD": "没有这种记录。",
    "UNKNOWN_FIELD": "这种记录没有这个字段。",
    "MISSING": "缺少这个字段，或其值为空。",
    "MALFORMED": "这个字段的写法不对。",
    "OUT_OF_RANGE": "这个字段的值超出范围。",
    "NOT_LOADED": "尚未装载该记录所指的人。",
    "ONE_PERSON": "两方不能是同一个人。",
    "WITHOUT_ACCOUNT": "此人没有个人账户。",
    "OPENING_CHANGED": "期初余额与已装载的不一致，不能更改。",
    "ALREADY_BOOKED": "该批次已为此账户入账，但金额不同。",
    "BELONGS_TO_ANOTHER": "该卡已登记在另一人名下。",
    "POLICY_IN_FORCE": "已施行的政策不能更改，请以新的施行日期另行装载。",
    "NOT_BOUND": "两人之间没有可以设置的共济关系，或登记中没有这种亲属关系。",
}
"""What is wrong with a field of a line that is loaded."""

BOOKS: Final[dict[str, str]] = {
    "ENTRY_NUMBER": "个人账户明细的序号不连续。",
    "ENTRY_BALANCE": "明细之后的余额与前一笔不衔接。",
    "ACCOUNT_BALANCE": "账户余额与全部记账之和不符。",
    "ACCOUNT_ENTRIES": "账户的明细笔数不符。",
    "TRANSFER_SIDES": "记账的借贷双方与事由不符。",
    "OPENING": "期初余额与记账不符。",
    "CONTRIBUTION": "划入金额与记账不符。",
    "CONTROL_NAME": "总账科目的编号与名称不符。",
    "CONTROL_BALANCE": "总账科目的余额与业务不符。",
    "BILL_PARTS": "账单各类费用之和不等于总额。",
    "BILL_PAYERS": "账单各方支付之和不等于总额。",
    "BILL_LINES": "账单明细之和不等于总额。",
    "POLICY": "结算依据的政策版本不存在。",
    "ELIGIBLE": "可由账户支付的金额与政策不符。",
    "SPLIT": "账户支付与现金之和不等于个人负担。",
    "OWN": "本人账户支付与分项不符。",
    "SHARED": "共济支付与分项不符。",
    "OWN_BALANCE": "结算后的本人账户余额不符。",
    "EXPLANATION_FORM": "扣款说明无法读取。",
    "EXPLANATION_AMOUNT": "扣款说明中的金额与结算不符。",
    "EXPLANATION_DRAWN": "扣款说明中的扣款与重新计算的不符。",
    "EXPLANATION_LEG": "分项与按扣款说明重新计算的不符。",
    "EXPLANATION_RANK": "分项的顺位或共济关系与扣款说明不符。",
    "EXPLANATION_CASH": "现金与按扣款说明重新计算的不符。",
    "SEEN_BALANCE": "扣款说明所见的余额与账户明细不符。",
    "SETTLEMENT_BOOKED": "结算的分项与记账不符。",
    "LEG_BINDING": "分项的账户、人员或共济关系不符。",
    "LEG_DAY": "分项的业务日期与结算不符。",
    "REVERSAL_LINK": "结算与撤销记录互不对应。",
    "REVERSAL_BOOKED": "撤销退回的金额与原结算不符。",
    "REVERSAL_ACCOUNT": "撤销没有退回原账户或金额不符。",
    "REVERSAL_SUSPENDED": "撤销的挂账金额与记账不符。",
    "PREMIUM_AMOUNT": "代缴保费与分项不符。",
    "PREMIUM_BINDING": "代缴保费的账户、人员或共济关系不符。",
    "PREMIUM_BOOKED": "代缴保费的分项与记账不符。",
    "PREMIUM_STATE": "代缴保费的状态与时间不符。",
    "PREMIUM_REFUND": "代缴保费的退款与状态不符。",
    "PREMIUM_REFUND_ACCOUNT": "代缴保费没有退回原账户或金额不符。",
    "LIMIT_EXCEEDED": "共济支付超过了限额。",
    "ORDER_VERSIONS": "扣款顺序的版本不连续。",
    "ORDER_UNKNOWN": "结算依据的扣款顺序版本不存在。",
    "EVENT_NUMBERS": "事件的编号不连续。",
    "EVENT_OF_FACT": "业务没有对应的唯一事件。",
    "KEY_UNANSWERED": "请求编号没有应答。",
    "KEY_OF_FACT": "业务没有对应的请求编号。",
    "KEY_WITHOUT_FACT": "请求编号的应答没有对应的业务。",
    "ORPHAN": "记录指向不存在的对象。",
    "UNREADABLE": "记录的内容无法读取。",
}
"""What does not agree in the books, by the code of a difference."""
