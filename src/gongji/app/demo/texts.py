"""Every Chinese sentence of the demo, in one place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TITLE: Final = "共济 Gongji · 一家人的一年"
SUBTITLE: Final = "西藏阿里地区普兰县 · 演示家庭（证件号码前缀 542599，均为虚构） · 政策为演示值"
PLAYED_ON: Final = (
    "网关 {url}（{which}）。每一步都是真实的 HTTP 请求；月份是故事里的，日期是今天的。"
)
ITS_OWN: Final = "本次演示自己启动，演完即停"
RUNNING: Final = "已在运行"

NO_DEMONSTRATION: Final = (
    "{url} 的网关不在这个数据文件夹上，或者没有演示家庭："
    "请在同一个文件夹用 gongji serve --demo 启动，或用 GONGJI_PORT 换一个端口。"
)

CAST: Final = "家庭成员"
CAST_COLUMNS: Final = ("姓名", "在这一年里", "使用的客户端", "险种", "个人账户余额")
ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "普布": "被共济人：春天在县里的医院看门诊",
        "卓玛": "共济人：普布的妻子，也为母亲缴居民医保费",
        "平措": "共济人：普布和卓玛的儿子",
        "曲珍": "被共济人：卓玛的母亲，居民医保",
    }
)
CLIENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mini_program": "西藏医保小程序",
        "national_app": "国家医保服务平台",
        "till": "医院收费端",
        "dashboard": "经办后台",
    }
)
SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {"EMPLOYEE": "职工医保", "RESIDENT": "居民医保"}
)
NO_ACCOUNT: Final = "没有个人账户"

RESTORED: Final = "上一次演示没有演完，先把这家人恢复到年初的样子。"
BEGINS_OTHERWISE: Final = "这家人的余额不是年初的样子（{names}）；请换一个新的数据文件夹再演。"

INVITE: Final = "一月 · 邀请（共济人发起，不移动一分钱）"
INVITE_COLUMNS: Final = ("共济人", "邀请", "是共济人的", "状态", "邀请有效期至")
ACCEPT: Final = "一月 · 接受（被共济人确认关系，并同意承诺书 {version}）"
ACCEPT_COLUMNS: Final = ("被共济人", "接受谁的邀请", "状态", "生效时间")
BINDING_STATUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "INVITED": "已邀请，待接受",
        "IN_REVIEW": "核实亲属关系中",
        "ACTIVE": "已生效",
        "PAUSED": "已暂停",
        "ENDED": "已解绑",
    }
)

ORDER: Final = "二月 · 扣款顺序（由被共济人普布设置）"
ORDER_COLUMNS: Final = ("顺位", "共济人", "目前够不够用")
ORDER_NOTE: Final = "普布只看到够不够用，看不到家人的余额、限额和保留金额。"
AVAILABILITY: Final[Mapping[str, str]] = MappingProxyType(
    {"ENOUGH": "充足", "LOW": "不足100元", "EMPTY": "已用完", "UNAVAILABLE": "暂不可用"}
)

BILL: Final = "四月 · 普布在{hospital}看门诊：账单（算例 E2）"
BILL_COLUMNS: Final = ("国家字段", "名称", "金额")
BILL_LINES: Final = (
    ("medfee_sumamt", "医疗费总额", "totalFen"),
    ("fulamt_ownpay_amt", "全自费", "selfPaidFen"),
    ("overlmt_selfpay", "超限价", "overLimitFen"),
    ("preselfpay_amt", "先行自付", "firstPayFen"),
    ("inscp_scp_amt", "政策范围内", "inScopeFen"),
    ("fund_pay_sumamt", "基金支付", "fundPaidFen"),
    ("psn_part_amt", "个人负担", "personalShareFen"),
)
QUOTE: Final = "预结算（2206）：收费端先看一看"
SETTLE: Final = "结算（2207）：收费端看到的凭单"
FIGURES_COLUMNS: Final = ("项目", "应为", "实际", "")
OWN: Final = "acct_pay 本人账户支付"
SHARED: Final = "acct_mulaid_pay 共济支付合计"
CASH: Final = "psn_cash_pay 个人现金"
OWN_AFTER: Final = "balc 本人账户余额"
SETTLE_NOTE: Final = "收费端只看到共济合计，看不到是哪几位家人、各付多少。"
NOT_REPLAYED: Final = "重发没有得到原来的结算。"
RETRIED: Final = "收费端没收到应答，用同一个请求编号重发：仍是同一笔结算 {id}，没有第二次扣款。"

EXPLAINED: Final = "普布看到的：这笔钱是怎么付的"
EXPLAINED_COLUMNS: Final = ("", "说明", "依据", "金额")
LEGS: Final = "各账户支付"
LEG_OWN: Final = "本人"
LEG_SHARED: Final = "第{rank}顺位 {name}"

DRAWN: Final = "共济人看到的：只有自己的扣款，没有医院、项目和诊断"
DRAWN_COLUMNS: Final = ("共济人", "为谁", "日期", "地点", "机构类别")
DRAWN_FIGURES: Final = "各自的共济支出"
PLACE_KINDS: Final[Mapping[str, str]] = MappingProxyType({"HOSPITAL": "医院", "PHARMACY": "药店"})
BALANCES: Final = "三个账户的余额"
BALANCE_OF: Final = "{name}的个人账户"

REVERSE: Final = "五月 · 撤销（整笔一次，各退回原账户）"
REVERSED: Final = "医院发现单据录入有误，收费员{clerk}撤销了结算，撤销编号 {id}。"

PREMIUM: Final = "九月 · 卓玛为母亲曲珍代缴{year}年度居民医保费"
PREMIUM_COLUMNS: Final = ("被缴费人", "待遇年度", "缴费期", "状态", "税务凭证号")
PREMIUM_STATUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DEBITED": "已扣款，等待税务确认",
        "CONFIRMED": "税务已确认",
        "FAILED": "税务未接受，已退回",
        "REFUNDED": "已退费",
    }
)
PREMIUM_AMOUNT: Final = "保费"

STAFF: Final = "十一月 · 经办人员核查普布的共济账户（须写明原因，并留痕）"
STAFF_REASON: Final = "年度抽查家庭共济关系"
STAFF_COLUMNS: Final = ("姓名", "证件号码", "参保地", "个人账户", "共济人")

CLOSING: Final = "十二月 · 退费、解绑，这家人回到年初的样子"
CLOSING_NOTE: Final = "每一笔都还在账上：更正只有新的一笔，没有涂改。再演一次，故事相同。"
DONE: Final = "演示完毕：全部金额与算例一致。"
DIFFERS: Final = "与算例不一致：{names}。"
