"""The declaration (承诺书) that both sides accept, by its version (G26).

A text is never changed: another text has another version, which a region's policy then names.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the sharer authorises, and what the beneficiary accepts."""

    sharer: str
    beneficiary: str


_DECLARATIONS: Final[dict[str, Declaration]] = {
    "2025-01": Declaration(
        sharer=(
            "本人自愿授权所邀请的近亲属在本人职工医保个人账户余额内，按规定支付其符合条件的医疗费用"
            "或居民医保费。本人知悉：绑定不划转任何资金，只在家人结算时按其设置的顺序扣款；本人可以"
            "随时暂停、设置限额或解除绑定，已经结算的费用不受影响。本人承诺所填亲属关系真实，如有"
            "不实，愿承担相应责任。"
        ),
        beneficiary=(
            "本人接受家人以其职工医保个人账户为本人共济。本人知悉：结算时先用本人的个人账户，不足部分"
            "按本人设置的顺序由家人的个人账户支付，其余由本人现金支付；本人只凭本人的凭证就医购药，"
            "不转借、不套取。本人承诺亲属关系真实，如有不实，愿承担相应责任。"
        ),
    ),
}


def declaration_of(version: str) -> Declaration | None:
    """Return the texts of a version; None where only the bureau's client holds them."""
    return _DECLARATIONS.get(version)
