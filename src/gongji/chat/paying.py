"""Which premiums are worth asking about, and why one cannot be paid: to the payer, of the own part.

Clause: G14, G18.
"""

from collections.abc import Iterable

from gongji.chat import texts
from gongji.chat.said import Said, in_words
from gongji.domain.actor import Actor
from gongji.domain.binding import BindingStatus
from gongji.domain.errors import Code, Reason, not_found
from gongji.domain.money import yuan
from gongji.usecases.ports import Ports
from gongji.usecases.views.bindings import BindingAsSharer, see_binding
from gongji.usecases.views.own import OwnAccount, see_own_account
from gongji.usecases.views.premiums import PayablePremium


def worth_asking(found: Iterable[PayablePremium]) -> list[PayablePremium]:
    """Return those that could be paid, else those whose window is open, else each one's next."""
    known = sorted(found, key=lambda one: one.tariff.year)
    payable = [one for one in known if not one.reasons]
    open_now = [one for one in known if not _has(one, Code.PREMIUM_WINDOW_CLOSED)]
    nearest = {one.binding_id: one for one in reversed(known)}
    return payable or open_now or list(nearest.values())


def _has(one: PayablePremium, code: Code) -> bool:
    return any(reason.code is code for reason in one.reasons)


async def why_not_paid(one: PayablePremium, actor: Actor, ports: Ports) -> Said:
    """Say what a premium costs and every reason why it cannot be paid now.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward, or the binding is over.
    """
    if one.is_paid:
        return Said(in_words(Reason(Code.PREMIUM_ALREADY_PAID)))
    binding = await see_binding(one.binding_id, actor, ports)
    if not isinstance(binding, BindingAsSharer):
        raise not_found("bindingId")
    account = await see_own_account(actor, ports)
    cost = texts.NOT_PAYABLE.format(
        name=binding.name, year=one.tariff.year, amount=yuan(one.tariff.amount)
    )
    why = (_in_words(reason, one, binding, account) for reason in one.reasons)
    return Said("".join((cost, *why)))


def _in_words(
    reason: Reason, one: PayablePremium, binding: BindingAsSharer, account: OwnAccount | None
) -> str:
    """Say one reason; of the own account and binding the exact one."""
    match reason.code:
        case Code.PREMIUM_WINDOW_CLOSED:
            tariff = one.tariff
            return texts.PAID_FROM_TO.format(opens=tariff.opens_on, closes=tariff.closes_on)
        case Code.PREMIUM_PAYER_CANNOT_PAY if binding.status is BindingStatus.PAUSED:
            return texts.PAID_WHILE_PAUSED.format(name=binding.name)
        case Code.PREMIUM_PAYER_CANNOT_PAY if account and account.status in texts.PAID_FROM_ACCOUNT:
            return texts.PAID_FROM_ACCOUNT[account.status]
    return in_words(reason)
