"""The core's enumerations as the schema shows them, each value with its Chinese and English words.

The core knows nothing of GraphQL, so its enumerations are described here, once for all clients. A
value that is added to one of them and not described here stops the program at its start.
"""

from enum import StrEnum
from typing import Any

import strawberry

from gongji.domain.bill import VisitKind
from gongji.domain.binding import BindingStatus
from gongji.domain.deduction import CashReason, LegType, Skip, Stop
from gongji.domain.disclosure import Availability, Coverage, OrderSource
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind, ItemKind
from gongji.domain.premium import PremiumSide, PremiumStatus


def describe_enum(kind: type[StrEnum], description: str, **values: str) -> None:
    """Make an enumeration of the core one of the schema.

    Args:
        values: the description of every member, by name.
    Raises:
        ValueError: a member is not described, or something else is: a bug of ours.
    """
    if values.keys() != kind.__members__.keys():
        raise ValueError(f"every value of {kind.__name__} is described, and nothing else")
    strawberry.enum(kind, description=description)
    shown: Any = kind
    for value in shown.__strawberry_definition__.values:
        value.description = values[value.name]


describe_enum(
    Kinship,
    "亲属关系：使用人是共济人的什么人。What the beneficiary is to the sharer (G5).",
    SPOUSE="配偶。Spouse.",
    PARENT="父母。Parent.",
    CHILD="子女。Child.",
    SIBLING="兄弟姐妹。Sibling.",
    GRANDPARENT="祖父母、外祖父母。Grandparent.",
    GRANDCHILD="孙子女、外孙子女。Grandchild.",
    PARENT_IN_LAW="配偶的父母。Parent-in-law.",
    CHILD_IN_LAW="子女的配偶。Child-in-law.",
)
describe_enum(
    BindingStatus,
    "共济关系的状态，后五种不再变化。State of a binding; the last five are final.",
    INVITED="已邀请，等待对方接受。Invited, waiting for the other side.",
    IN_REVIEW="双方已确认，等待经办机构核实亲属关系。Accepted; staff confirms the kinship (G20).",
    ACTIVE="有效。Active.",
    PAUSED="共济人已暂停。Paused by the sharer (G10).",
    DECLINED="已拒绝。Declined by the person invited.",
    WITHDRAWN="已撤回。Withdrawn by the sharer.",
    EXPIRED="邀请已过期。The invitation expired (G9).",
    REFUSED="经办机构未予确认。Refused by staff (G20).",
    ENDED="已解绑。Ended.",
)
describe_enum(
    Availability,
    "共济人的账户对使用人而言够不够用，从不说明原因。"
    "How far a sharer's account reaches; never why (G18).",
    ENOUGH="充足。Enough.",
    LOW="不多。Low.",
    EMPTY="没有可用余额。Nothing that can be drawn.",
    UNAVAILABLE="目前不可用。Not available now.",
)
describe_enum(
    Coverage,
    "本人账户不够的部分，共济能否付清。How far sharers cover what the own account leaves (G18).",
    FULLY="全部。Fully.",
    PARTLY="部分。Partly.",
    NOT="不能。Not at all.",
)
describe_enum(
    Scheme,
    "参保险种 insutype。Insurance scheme.",
    EMPLOYEE="职工医保310。Employees.",
    RESIDENT="居民医保390。Residents.",
)
describe_enum(
    PersonStatus,
    "参保状态。State of a person's insurance.",
    NORMAL="正常参保。Insured.",
    STOPPED="暂停参保。Stopped.",
    MOVED_OUT="已转出参保地。Moved out of the region.",
    DECEASED="已故。Deceased.",
)
describe_enum(
    AccountStatus,
    "个人账户状态。State of a personal account.",
    NORMAL="正常。Normal.",
    FROZEN="冻结。Frozen.",
    CLOSED="已关闭。Closed.",
)
describe_enum(
    PremiumStatus,
    "居民医保费的状态；失败和已退的费用已全部退回。"
    "State of a premium; a failed or refunded one has given everything back (G14).",
    DEBITED="已扣款，等待税务确认。Debited; the tax bureau has not answered yet.",
    CONFIRMED="税务已确认。Confirmed by the tax bureau.",
    FAILED="税务未接受，已自动退回。Not taken by the tax bureau; given back by itself.",
    REFUNDED="已退费。Refunded.",
)
describe_enum(
    PremiumSide,
    "在一笔保费的哪一方。On which side of a premium.",
    PAYER="缴费人。Who paid.",
    INSURED="被缴费人。Who is insured by it.",
)
describe_enum(
    VisitKind,
    "医疗类别 med_type。Kind of visit.",
    OUTPATIENT="普通门诊11。Outpatient.",
    EMERGENCY="急诊13。Emergency.",
    CHRONIC="门诊慢特病14。Chronic or special disease.",
    INPATIENT="住院21。Inpatient.",
    PHARMACY="定点药店购药41。Pharmacy.",
)
describe_enum(
    ItemKind,
    "项目类别。Kind of a line's item (G12).",
    DRUG="西药、中成药。Drug.",
    HERBAL_PIECE="中药饮片。Herbal piece.",
    PREPARATION="医院制剂。Hospital preparation.",
    TREATMENT="诊疗项目。Treatment.",
    CONSUMABLE="医用耗材。Consumable.",
    OTHER="其他，如保健品。Anything else, such as a health product.",
)
describe_enum(
    CredentialKind,
    "使用人出示的凭证 mdtrt_cert_type。What the beneficiary shows (G33).",
    E_VOUCHER="医保电子凭证01。E-voucher.",
    ID_CARD="居民身份证02。ID card.",
    SOCIAL_SECURITY_CARD="社会保障卡03。Social-security card.",
)
describe_enum(
    InstitutionKind,
    "机构类别。Kind of institution.",
    HOSPITAL="定点医疗机构。Hospital.",
    PHARMACY="定点零售药店。Retail pharmacy.",
)
describe_enum(
    LegType,
    "支付方式，以后可能增加。Who pays a part; values may be added.",
    OWN="本人账户 acct_pay。The own account.",
    SHARED="共济账户 acct_mulaid_pay。A sharer's account.",
    CASH="个人现金 psn_cash_pay。Cash.",
)
describe_enum(
    CashReason,
    "整单自付现金的原因。Why a whole bill is cash.",
    PLACE="当日不是定点机构。The place was not designated on that day (G16).",
    PERSON="使用人的参保状态不正常。The beneficiary's insurance is not normal (G16).",
    OWN_ACCOUNT="使用人的个人账户不正常。The own account is frozen or closed (G25).",
    NOT_ELIGIBLE="没有可用个人账户支付的费用。Nothing in the bill is eligible (G12).",
)
describe_enum(
    Skip,
    "账户被跳过的原因。Why an account was skipped (G3).",
    STATUS="账户或参保状态不正常。The account or its owner is not in normal state.",
    PAUSED="共济已暂停。The binding is paused.",
    REGION="就医地或参保地未开通异地共济。Sharing is not open there (G21).",
    ORDER="尚未设置扣款顺序。No order is set (G1).",
    EMPTY="没有余额。Empty.",
    LIMIT="限额已用完。The limit is used up (G8).",
    RESERVE="只剩保留金额。Only the reserve is left (G8).",
)
describe_enum(
    Stop,
    "账户未付清时停在哪里。Why an account did not pay all that was due.",
    LIMIT="达到限额。The limit was reached.",
    RESERVE="达到保留金额。The reserve was reached.",
    BALANCE="余额用完。The balance was used up.",
)
describe_enum(
    OrderSource,
    "扣款顺序由谁决定。Who decided the order of drawing.",
    BENEFICIARY="使用人本人。The beneficiary.",
    BUREAU="经办机构的规则。The bureau's rule (G1).",
    NONE_YET="尚未设置，多位共济人暂不使用。Nobody yet; the sharers wait for it (G1).",
)
