"""Invented names: of people, of places where they are treated, of what they are given."""

from typing import Final

from gongji.app.seed.chance import Chance
from gongji.domain.policy import ItemKind

_TIBETAN: Final = (
    *("次仁", "扎西", "洛桑", "旦增", "白玛", "索朗", "德吉", "格桑", "平措", "罗布"),
    *("尼玛", "达娃", "强巴", "多吉", "嘎玛", "益西", "土登", "贡桑", "普布", "巴桑"),
)
_TIBETAN_MALE: Final = (
    "顿珠",
    "多吉",
    "平措",
    "旺堆",
    "罗布",
    "江村",
    "次旺",
    "伦珠",
    "加措",
    "坚参",
)
_TIBETAN_FEMALE: Final = (
    "卓玛",
    "央金",
    "拉姆",
    "曲珍",
    "卓嘎",
    "德吉",
    "央宗",
    "措姆",
    "白珍",
    "群宗",
)
_SURNAMES: Final = (
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "赵",
    "黄",
    "周",
    "吴",
    "徐",
    "孙",
    "马",
    "朱",
)
_HAN_MALE: Final = ("建国", "志强", "伟", "军", "海涛", "明辉", "文斌", "永福", "小龙", "学东")
_HAN_FEMALE: Final = ("秀英", "丽华", "芳", "敏", "小兰", "桂香", "雪梅", "玉珍", "静", "春燕")

MEDICINES: Final = (
    ("XA02BCA012A001010100001", "奥美拉唑肠溶胶囊", ItemKind.DRUG),
    ("XC08CAA257A001010100002", "氨氯地平片", ItemKind.DRUG),
    ("XJ01CAA040E001010100003", "阿莫西林胶囊", ItemKind.DRUG),
    ("XR05CBA003S003010100004", "氨溴索口服溶液", ItemKind.DRUG),
    ("ZA01AAH0145010100005", "红景天胶囊", ItemKind.DRUG),
    ("ZA06BAQ0204010100006", "七十味珍珠丸", ItemKind.DRUG),
    ("T001700006", "红花", ItemKind.HERBAL_PIECE),
    ("C0301050070000000007", "一次性使用敷料", ItemKind.CONSUMABLE),
)
TONICS: Final = (
    ("B100000008", "冬虫夏草口服液", ItemKind.OTHER),
    ("B100000009", "蛋白质粉", ItemKind.OTHER),
)
TREATMENTS: Final = (
    ("001102000010000-110200001", "普通门诊诊查费", ItemKind.TREATMENT),
    ("002501010150000-250101015", "血细胞分析", ItemKind.TREATMENT),
    ("002203020010000-220302001", "彩色多普勒超声检查", ItemKind.TREATMENT),
)
"""Code, name and kind of what may stand on a line."""


def name_of(chance: Chance, *, is_male: bool) -> str:
    """Invent a name, Tibetan or Chinese."""
    if chance.happens(0.2):
        return chance.choice(_SURNAMES) + chance.choice(_HAN_MALE if is_male else _HAN_FEMALE)
    first = chance.choice(_TIBETAN)
    second = chance.choice(_TIBETAN_MALE if is_male else _TIBETAN_FEMALE)
    return first if first == second or chance.happens(0.3) else first + second
