"""Damages to the books of ``test_check_books``, planted by SQL, and what the check says.

In the lines ``<another>`` stands for an id that the test does not know.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Damage:
    """A damage: what it is, the SQL that plants it, and every line that names it."""

    name: str
    sql: str
    lines: tuple[str, ...]


DAMAGES: Final = (
    Damage(
        "a balance that no entry left",
        "UPDATE personal_account SET balance_fen = balance_fen + 1 WHERE id = '<a>'",
        ("ACCOUNT_BALANCE account <a>: expected 225657, found 225658",),
    ),
    Damage(
        "an account that lost count",
        "UPDATE personal_account SET entry_no = entry_no + 1 WHERE id = '<a>'",
        ("ACCOUNT_ENTRIES account <a>: expected 11, found 12",),
    ),
    Damage(
        "another opening",
        "UPDATE personal_account SET opening_fen = opening_fen - 1 WHERE id = '<b>'",
        (
            "CONTROL_BALANCE CONTRIBUTIONS: expected -347783, found -347784",
            "OPENING account <b> account <b>: expected 20587, found 20588",
        ),
    ),
    Damage(
        "a transfer of another amount",
        "UPDATE transfer SET amount_fen = amount_fen + 1 WHERE cause_id = '<first>' AND "
        "debit_account_id = '<own>'",
        (
            "ACCOUNT_BALANCE account <own>: expected -1, found 0",
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75127, found 75128",
            "ENTRY_BALANCE transfer <another>: expected -1, found 0",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected 11863, found 11864",
        ),
    ),
    Damage(
        "a missing transfer",
        "DELETE FROM transfer WHERE cause_id = '<first>' AND debit_account_id = '<b>'",
        (
            "ACCOUNT_BALANCE account <b>: expected 23921, found 0",
            "ACCOUNT_ENTRIES account <b>: expected 2, found 3",
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75127, found 51206",
            "SEEN_BALANCE settlement <drained> account <b>: expected nothing, found 0",
            "SEEN_BALANCE settlement <second> account <b>: expected nothing, found 0",
            "SETTLEMENT_BOOKED settlement <first> account <b>: expected 23921, found nothing",
        ),
    ),
    Damage(
        "a wrong balance afterwards",
        "UPDATE transfer SET balance_after_fen = balance_after_fen + 7 WHERE account_id = "
        "'<b>' AND entry_no = 2",
        (
            "ENTRY_BALANCE transfer <another>: expected 23921, found 23928",
            "ENTRY_BALANCE transfer <another>: expected 7, found 0",
            "SEEN_BALANCE settlement <first> account <b>: expected 23928, found 23921",
        ),
    ),
    Damage(
        "a gap in entries",
        "UPDATE transfer SET entry_no = entry_no + 100 WHERE account_id = '<closed>' AND "
        "entry_no = 2",
        (
            "ENTRY_BALANCE transfer <another>: expected -5000, found 0",
            "ENTRY_BALANCE transfer <another>: expected 12000, found 7000",
            "ENTRY_NUMBER transfer <another>: expected 2, found 3",
            "ENTRY_NUMBER transfer <another>: expected 5, found 102",
            "SEEN_BALANCE settlement <second> account <closed>: expected nothing, found 0",
        ),
    ),
    Damage(
        "a transfer to another hospital",
        "UPDATE transfer SET credit_account_id = '<nobody>' WHERE cause_id = '<first>' AND "
        "debit_account_id = '<own>'",
        (
            "ACCOUNT_BALANCE account <nobody>: expected 11863, found nothing",
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75127, found 63264",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected 11863, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected nothing, found 11863",
            "TRANSFER_SIDES transfer <another>: expected nothing, found 11863",
        ),
    ),
    Damage(
        "a transfer turned round",
        "UPDATE transfer SET debit_account_id = credit_account_id, credit_account_id = "
        "debit_account_id WHERE cause_id = '<premium>'",
        (
            "ACCOUNT_BALANCE account <a>: expected 305657, found 225657",
            "CONTROL_BALANCE PREMIUM_PAYABLE/542523: expected 40000, found -40000",
            "ENTRY_BALANCE transfer <another>: expected 305657, found 225657",
            "PREMIUM_BOOKED premium <premium> account <a>: expected 40000, found nothing",
            "PREMIUM_BOOKED premium <premium> account <another>: expected nothing, found 40000",
            "TRANSFER_SIDES transfer <another>: expected nothing, found 40000",
        ),
    ),
    Damage(
        "another cause",
        "UPDATE transfer SET cause_kind = 'GIFT' WHERE cause_id = '<reversal>'",
        (
            "REVERSAL_BOOKED reversal <reversal>: expected 6000, found nothing",
            "TRANSFER_SIDES transfer <another>: expected nothing, found 6000",
        ),
    ),
    Damage(
        "another contribution",
        "UPDATE contribution SET amount_fen = amount_fen + 1 WHERE batch = '2026-11'",
        (
            "CONTRIBUTION contribution <another> account <b>: expected 3334, found 3333",
            "CONTROL_BALANCE CONTRIBUTIONS: expected -347785, found -347784",
        ),
    ),
    Damage(
        "a missing contribution",
        "DELETE FROM contribution WHERE batch = '2026-11'",
        (
            "CONTRIBUTION contribution <another> account <b>: expected nothing, found 3333",
            "CONTROL_BALANCE CONTRIBUTIONS: expected -344451, found -347784",
            "EVENT_OF_FACT fact <another>: expected nothing, found 1",
        ),
    ),
    Damage(
        "a control account of another name",
        "INSERT INTO control_account (id, kind, holder) VALUES ('<nobody>', 'SUSPENSE', '542523')",
        ("CONTROL_NAME control_account <nobody>: expected nothing, found nothing",),
    ),
    Damage(
        "parts of a bill that do not close",
        "ALTER TABLE settlement DROP CONSTRAINT settlement_parts_close; UPDATE settlement "
        "SET in_scope_fen = in_scope_fen - 1 WHERE id = '<first>'",
        ("BILL_PARTS settlement <first>: expected 75127, found 75126",),
    ),
    Damage(
        "payers of a bill that do not close",
        "ALTER TABLE settlement DROP CONSTRAINT settlement_payers_close; UPDATE settlement "
        "SET fund_paid_fen = 3 WHERE id = '<first>'",
        ("BILL_PAYERS settlement <first>: expected 75127, found 75130",),
    ),
    Damage(
        "lines that do not close",
        'UPDATE settlement SET lines = \'[{"code": "XA", "name": "x", "kind": "DRUG", '
        "\"amount\": 5}]' WHERE id = '<first>'",
        ("BILL_LINES settlement <first>: expected 75127, found 5",),
    ),
    Damage(
        "a line without a kind",
        "UPDATE settlement SET lines = '[{\"code\": \"XA\"}]' WHERE id = '<first>'",
        ("UNREADABLE settlement <first>: expected nothing, found nothing",),
    ),
    Damage(
        "a policy that nobody knows",
        "UPDATE settlement SET policy_version = 'none' WHERE id = '<first>'",
        ("POLICY settlement <first>: expected nothing, found 75127",),
    ),
    Damage(
        "another eligible amount",
        "UPDATE settlement SET eligible_fen = eligible_fen - 1 WHERE id = '<first>'",
        (
            "ELIGIBLE settlement <first>: expected 75127, found 75126",
            "EXPLANATION_AMOUNT settlement <first>: expected 75126, found 75127",
        ),
    ),
    Damage(
        "cash that the explanation does not know",
        "UPDATE settlement SET cash_fen = cash_fen + 1, shared_fen = shared_fen - 1 WHERE "
        "id = '<first>'",
        (
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75126, found 75127",
            "EXPLANATION_AMOUNT settlement <first>: expected 1, found 0",
            "EXPLANATION_CASH settlement <first>: expected 0, found 1",
            "SHARED settlement <first>: expected 63263, found 63264",
            "SPLIT settlement <first>: expected 75127, found 75128",
        ),
    ),
    Damage(
        "the own account's part told as shared",
        "UPDATE settlement SET own_fen = own_fen - 1, shared_fen = shared_fen + 1 WHERE id "
        "= '<first>'",
        (
            "OWN settlement <first>: expected 11862, found 11863",
            "SHARED settlement <first>: expected 63265, found 63264",
        ),
    ),
    Damage(
        "another own balance afterwards",
        "UPDATE settlement SET own_balance_after_fen = 5 WHERE id = '<first>'",
        ("OWN_BALANCE settlement <first>: expected 0, found 5",),
    ),
    Damage(
        "a leg of another amount",
        "UPDATE settlement_leg SET amount_fen = amount_fen + 1 WHERE settlement_id = "
        "'<first>' AND account_id = '<own>'",
        (
            "EXPLANATION_LEG settlement <first> account <own>: expected 11863, found 11864",
            "OWN settlement <first>: expected 11863, found 11864",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected 11864, found 11863",
            "SPLIT settlement <first>: expected 75127, found 75128",
        ),
    ),
    Damage(
        "a missing leg",
        "DELETE FROM settlement_leg WHERE settlement_id = '<first>' AND account_id = '<own>'",
        (
            "EXPLANATION_LEG settlement <first> account <own>: expected 11863, found nothing",
            "OWN settlement <first>: expected 11863, found 0",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected nothing, found 11863",
            "SPLIT settlement <first>: expected 75127, found 63264",
        ),
    ),
    Damage(
        "a leg in another place",
        "UPDATE settlement_leg SET rank = 9 WHERE settlement_id = '<first>' AND account_id = '<a>'",
        ("EXPLANATION_RANK settlement <first> account <a>: expected 3, found 9",),
    ),
    Damage(
        "a leg under another binding",
        "UPDATE settlement_leg SET binding_id = '<b_own>' WHERE settlement_id = '<first>' "
        "AND account_id = '<a>'",
        (
            "EXPLANATION_RANK settlement <first> account <a>: expected 3, found 3",
            "LEG_BINDING leg <another>: expected nothing, found 34343",
        ),
    ),
    Damage(
        "a leg of another day",
        "UPDATE settlement_leg SET business_day = '2025-01-01' WHERE settlement_id = "
        "'<first>' AND account_id = '<a>'",
        ("LEG_DAY leg <another>: expected 20261120, found 20250101",),
    ),
    Damage(
        "an explanation of another form",
        "UPDATE settlement SET explanation = '{\"form\": 2}' WHERE id = '<first>'",
        ("EXPLANATION_FORM settlement <first>: expected nothing, found nothing",),
    ),
    Damage(
        "an explanation that is none",
        "UPDATE settlement SET explanation = '[1]' WHERE id = '<first>'",
        ("EXPLANATION_FORM settlement <first>: expected nothing, found nothing",),
    ),
    Damage(
        "other cash in the explanation",
        "UPDATE settlement SET explanation = jsonb_set(explanation, '{cash}', '1') WHERE id "
        "= '<second>'",
        ("EXPLANATION_AMOUNT settlement <second>: expected 0, found 1",),
    ),
    Damage(
        "another draw in the explanation",
        "UPDATE settlement SET explanation = jsonb_set(explanation, '{steps,1,drawn}', '1') "
        "WHERE id = '<first>'",
        ("EXPLANATION_DRAWN settlement <first> account <b>: expected 23921, found 1",),
    ),
    Damage(
        "another balance seen",
        "UPDATE settlement SET explanation = jsonb_set(explanation, '{steps,0,balance}', "
        "'11864') WHERE id = '<first>'",
        (
            "EXPLANATION_DRAWN settlement <first> account <a>: expected 34342, found 34343",
            "EXPLANATION_DRAWN settlement <first> account <own>: expected 11864, found 11863",
            "EXPLANATION_LEG settlement <first> account <a>: expected 34342, found 34343",
            "EXPLANATION_LEG settlement <first> account <own>: expected 11864, found 11863",
            "OWN_BALANCE settlement <first>: expected 1, found 0",
            "SEEN_BALANCE settlement <first> account <own>: expected 11863, found 11864",
        ),
    ),
    Damage(
        "an entry seen that there is not",
        "UPDATE settlement SET explanation = jsonb_set(explanation, '{steps,0,entry_no}', "
        "'77') WHERE id = '<first>'",
        ("SEEN_BALANCE settlement <first> account <own>: expected nothing, found 11863",),
    ),
    Damage(
        "a barred account that paid",
        "UPDATE settlement SET explanation = jsonb_set(explanation, '{steps,1,barred}', "
        "'\"PAUSED\"') WHERE id = '<first>'",
        (
            "EXPLANATION_DRAWN settlement <first> account <a>: expected 58264, found 34343",
            "EXPLANATION_DRAWN settlement <first> account <b>: expected nothing, found 23921",
            "EXPLANATION_LEG settlement <first> account <a>: expected 58264, found 34343",
            "EXPLANATION_LEG settlement <first> account <b>: expected nothing, found 23921",
        ),
    ),
    Damage(
        "a settlement that forgot its reversal",
        "UPDATE settlement SET reversal_id = NULL WHERE id = '<second>'",
        (
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 81127, found 75127",
            "REVERSAL_LINK settlement <second>: expected nothing, found 1",
        ),
    ),
    Damage(
        "a missing reversal",
        "DELETE FROM reversal WHERE id = '<reversal>'",
        (
            "EVENT_OF_FACT fact <reversal>: expected nothing, found 1",
            "KEY_WITHOUT_FACT request_key <another>: expected 1, found nothing",
            "REVERSAL_ACCOUNT reversal <reversal> account <a>: expected nothing, found 6000",
            "REVERSAL_BOOKED reversal <reversal>: expected nothing, found 6000",
            "REVERSAL_LINK settlement <second>: expected 1, found nothing",
        ),
    ),
    Damage(
        "a reversal of another settlement",
        "UPDATE reversal SET settlement_id = '<first>' WHERE id = '<reversal>'",
        (
            "REVERSAL_ACCOUNT reversal <reversal> account <a>: expected 34343, found 6000",
            "REVERSAL_BOOKED reversal <reversal>: expected 75127, found 6000",
            "REVERSAL_LINK settlement <first>: expected nothing, found 1",
            "REVERSAL_LINK settlement <second>: expected 1, found nothing",
        ),
    ),
    Damage(
        "another suspended amount",
        "UPDATE reversal SET suspended_fen = suspended_fen + 1 WHERE id = '<suspended>'",
        (
            "CONTROL_BALANCE SUSPENSE: expected 7001, found 7000",
            "REVERSAL_SUSPENDED reversal <suspended>: expected 7000, found 7001",
        ),
    ),
    Damage(
        "a return to another account",
        "UPDATE transfer SET credit_account_id = '<b>', account_id = '<b>', entry_no = 99 "
        "WHERE cause_id = '<reversal>'",
        (
            "ACCOUNT_BALANCE account <a>: expected 219657, found 225657",
            "ACCOUNT_BALANCE account <b>: expected 6000, found 0",
            "ACCOUNT_ENTRIES account <a>: expected 10, found 11",
            "ACCOUNT_ENTRIES account <b>: expected 4, found 3",
            "ENTRY_BALANCE transfer <another>: expected 234000, found 240000",
            "ENTRY_BALANCE transfer <another>: expected 6000, found 265657",
            "ENTRY_NUMBER transfer <another>: expected 4, found 5",
            "ENTRY_NUMBER transfer <another>: expected 4, found 99",
            "REVERSAL_ACCOUNT reversal <reversal> account <b>: expected nothing, found 6000",
            "SEEN_BALANCE settlement <drained> account <a>: expected nothing, found 265657",
        ),
    ),
    Damage(
        "another premium",
        "UPDATE premium SET amount_fen = amount_fen + 1 WHERE id = '<premium>'",
        (
            "CONTROL_BALANCE PREMIUM_PAYABLE/542523: expected 40001, found 40000",
            "EXPLANATION_AMOUNT premium <premium>: expected 40001, found 40000",
            "EXPLANATION_AMOUNT premium <premium>: expected 40001, found 40000",
            "PREMIUM_AMOUNT premium <premium>: expected 40001, found 40000",
        ),
    ),
    Damage(
        "a refund that was not booked",
        "UPDATE premium SET status = 'REFUNDED', refunded_at = now() WHERE id = '<premium>'",
        (
            "CONTROL_BALANCE PREMIUM_PAYABLE/542523: expected nothing, found 40000",
            "CONTROL_BALANCE SUSPENSE: expected 47000, found 7000",
            "PREMIUM_REFUND premium <premium>: expected 40000, found nothing",
        ),
    ),
    Damage(
        "a confirmed premium without its moment",
        "UPDATE premium SET confirmed_at = NULL WHERE id = '<premium>'",
        ("PREMIUM_STATE premium <premium>: expected nothing, found 40000",),
    ),
    Damage(
        "another payer",
        "UPDATE premium SET payer_id = '<person>' WHERE id = '<premium>'",
        ("PREMIUM_BINDING leg <another>: expected nothing, found 40000",),
    ),
    Damage(
        "a premium's leg of another amount",
        "UPDATE premium_leg SET amount_fen = amount_fen - 1 WHERE premium_id = '<premium>'",
        (
            "EXPLANATION_LEG premium <premium> account <a>: expected 40000, found 39999",
            "PREMIUM_AMOUNT premium <premium>: expected 40000, found 39999",
            "PREMIUM_BOOKED premium <premium> account <a>: expected 39999, found 40000",
        ),
    ),
    Damage(
        "another balance seen by a premium",
        "UPDATE premium SET explanation = jsonb_set(explanation, '{steps,0,balance}', '0') "
        "WHERE id = '<premium>'",
        (
            "EXPLANATION_CASH premium <premium>: expected 40000, found 0",
            "EXPLANATION_DRAWN premium <premium> account <a>: expected nothing, found 40000",
            "EXPLANATION_LEG premium <premium> account <a>: expected nothing, found 40000",
            "SEEN_BALANCE premium <premium> account <a>: expected 265657, found 0",
        ),
    ),
    Damage(
        "a failed premium that was not given back",
        "DELETE FROM transfer WHERE cause_id = '<failed>' AND cause_kind = 'PREMIUM_REFUND'",
        (
            "ACCOUNT_BALANCE account <a>: expected 185657, found 225657",
            "ACCOUNT_ENTRIES account <a>: expected 10, found 11",
            "CONTROL_BALANCE PREMIUM_PAYABLE/542523: expected 40000, found 80000",
            "CONTROL_BALANCE SUSPENSE: expected 47000, found 7000",
            "PREMIUM_REFUND premium <failed>: expected 40000, found nothing",
        ),
    ),
    Damage(
        "a premium given back to another account",
        "UPDATE transfer SET credit_account_id = '<b>', account_id = '<b>', entry_no = 99 "
        "WHERE cause_id = '<failed>' AND cause_kind = 'PREMIUM_REFUND'",
        (
            "ACCOUNT_BALANCE account <a>: expected 185657, found 225657",
            "ACCOUNT_BALANCE account <b>: expected 40000, found 0",
            "ACCOUNT_ENTRIES account <a>: expected 10, found 11",
            "ACCOUNT_ENTRIES account <b>: expected 4, found 3",
            "ENTRY_BALANCE transfer <another>: expected 40000, found 225657",
            "ENTRY_NUMBER transfer <another>: expected 4, found 99",
            "PREMIUM_REFUND_ACCOUNT premium <failed> account <b>: expected nothing, found 40000",
        ),
    ),
    Damage(
        "a premium of another region",
        "UPDATE premium SET region = '542521' WHERE id = '<premium>'",
        (
            "CONTROL_BALANCE PREMIUM_PAYABLE/542521: expected 40000, found nothing",
            "CONTROL_BALANCE PREMIUM_PAYABLE/542523: expected nothing, found 40000",
            "PREMIUM_BOOKED premium <premium> account <a>: expected 40000, found nothing",
            "PREMIUM_BOOKED premium <premium> account <a>: expected nothing, found 40000",
        ),
    ),
    Damage(
        "a month over its limit",
        "UPDATE binding SET limit_month_fen = 100 WHERE id = '<a_own>'",
        ("LIMIT_EXCEEDED binding <a_own> 2026-11: expected 100, found 34343",),
    ),
    Damage(
        "a bill and a year over their limits",
        "UPDATE binding SET limit_settlement_fen = 100, limit_year_fen = 200 WHERE id = '<a_own>'",
        (
            "LIMIT_EXCEEDED binding <a_own> 2026: expected 200, found 34343",
            "LIMIT_EXCEEDED binding <a_own> <first>: expected 100, found 34343",
        ),
    ),
    Damage(
        "a missing order",
        "DELETE FROM order_version WHERE version = 1",
        ("ORDER_VERSIONS beneficiary <person>: expected 2, found 1",),
    ),
    Damage(
        "an order that was counted and not written",
        "UPDATE beneficiary SET order_version = order_version + 1 WHERE person_id = '<person>'",
        ("ORDER_VERSIONS beneficiary <person>: expected 3, found 2",),
    ),
    Damage(
        "a gap in the orders",
        "UPDATE order_version SET version = version + 5 WHERE version = 2",
        ("ORDER_VERSIONS beneficiary <person>: expected 2, found 7",),
    ),
    Damage(
        "an order that there is not",
        "UPDATE settlement SET order_version = 9 WHERE id = '<first>'",
        ("ORDER_UNKNOWN settlement <first>: expected 2, found 9",),
    ),
    Damage(
        "a missing event",
        "DELETE FROM event WHERE kind = 'BILL_SETTLED' AND ids ->> 'settlement' = '<first>'",
        (
            "EVENT_NUMBERS beneficiary <person>: expected 9, found 8",
            "EVENT_OF_FACT fact <first>: expected 1, found nothing",
        ),
    ),
    Damage(
        "events that were counted and not written",
        "UPDATE beneficiary SET event_no = 99 WHERE person_id = '<child>'",
        ("EVENT_NUMBERS beneficiary <child>: expected 99, found 7",),
    ),
    Damage(
        "an event of another bill",
        "UPDATE event SET ids = jsonb_build_object('settlement', '<first>') WHERE ids ->> "
        "'settlement' = '<second>' AND kind = 'BILL_SETTLED'",
        (
            "EVENT_OF_FACT fact <first>: expected 1, found 2",
            "EVENT_OF_FACT fact <second>: expected 1, found nothing",
        ),
    ),
    Damage(
        "an event about somebody else",
        "UPDATE event SET subject_id = '<sharer>', number = 50 WHERE kind = "
        "'CONTRIBUTION_BOOKED' AND ids ->> 'account' = '<b>'",
        (
            "EVENT_NUMBERS beneficiary <another>: expected 1, found nothing",
            "EVENT_NUMBERS beneficiary <sharer>: expected 0, found 1",
            "EVENT_OF_FACT fact <another>: expected 1, found nothing",
            "EVENT_OF_FACT fact <another>: expected nothing, found 1",
        ),
    ),
    Damage(
        "an event about nothing",
        "UPDATE event SET ids = '{}' WHERE kind = 'CONTRIBUTION_BOOKED' AND ids ->> "
        "'account' = '<b>'",
        (
            "EVENT_OF_FACT fact <another>: expected 1, found nothing",
            "EVENT_OF_FACT fact of event <another>: expected nothing, found 1",
        ),
    ),
    Damage(
        "a key without an answer",
        "UPDATE request_key SET answer = NULL WHERE answer ->> 'id' = '<first>'",
        ("KEY_UNANSWERED request_key <another>: expected nothing, found nothing",),
    ),
    Damage(
        "a key whose answer is nothing",
        "UPDATE request_key SET answer = 'null' WHERE answer ->> 'id' = '<first>'",
        ("KEY_UNANSWERED request_key <another>: expected nothing, found nothing",),
    ),
    Damage(
        "a missing key",
        "DELETE FROM request_key WHERE answer ->> 'id' = '<suspended>'",
        ("KEY_OF_FACT fact <suspended>: expected 1, found nothing",),
    ),
    Damage(
        "a key to nothing",
        "UPDATE request_key SET answer = '{\"id\": \"what\"}' WHERE answer ->> 'id' = '<premium>'",
        ("KEY_WITHOUT_FACT request_key <another>: expected 1, found nothing",),
    ),
    Damage(
        "a missing settlement",
        "DELETE FROM settlement WHERE id = '<first>'",
        (
            "CONTROL_BALANCE PAYABLE/<hospital>: expected nothing, found 75127",
            "EVENT_OF_FACT fact <first>: expected nothing, found 1",
            "KEY_WITHOUT_FACT request_key <another>: expected 1, found nothing",
            "ORPHAN settlement_leg <another> settlement_id: expected nothing, found nothing",
            "ORPHAN settlement_leg <another> settlement_id: expected nothing, found nothing",
            "ORPHAN settlement_leg <another> settlement_id: expected nothing, found nothing",
            "ORPHAN settlement_leg <another> settlement_id: expected nothing, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <a>: expected 34343, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <a>: expected nothing, found 34343",
            "SETTLEMENT_BOOKED settlement <first> account <b>: expected 23921, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <b>: expected nothing, found 23921",
            "SETTLEMENT_BOOKED settlement <first> account <closed>: expected 5000, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <closed>: expected nothing, found 5000",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected 11863, found nothing",
            "SETTLEMENT_BOOKED settlement <first> account <own>: expected nothing, found 11863",
        ),
    ),
    Damage(
        "less in suspense than was owed",
        "UPDATE transfer SET amount_fen = amount_fen - 1 WHERE cause_id = '<suspended>' AND "
        "account_id IS NULL",
        (
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75127, found 75128",
            "CONTROL_BALANCE SUSPENSE: expected 7000, found 6999",
            "REVERSAL_BOOKED reversal <suspended>: expected 32657, found 32656",
            "REVERSAL_SUSPENDED reversal <suspended>: expected 6999, found 7000",
        ),
    ),
    Damage(
        "a return that was booked twice",
        "INSERT INTO transfer SELECT gen_random_uuid(), debit_account_id, '<closed>', "
        "amount_fen, cause_kind, cause_id, business_day, booked_at, '<closed>', 5, "
        "amount_fen FROM transfer WHERE cause_id = '<suspended>' AND account_id IS NULL",
        (
            "ACCOUNT_BALANCE account <closed>: expected 7000, found 0",
            "ACCOUNT_ENTRIES account <closed>: expected 5, found 4",
            "CONTROL_BALANCE PAYABLE/<hospital>: expected 75127, found 68127",
            "REVERSAL_BOOKED reversal <suspended>: expected 32657, found 39657",
        ),
    ),
    Damage(
        "a settlement of no institution",
        "UPDATE settlement SET institution_id = '<nobody>' WHERE id = '<second>'",
        (
            "ORPHAN settlement <second> institution_id: expected nothing, found nothing",
            "REVERSAL_BOOKED reversal <reversal>: expected 6000, found nothing",
            "REVERSAL_BOOKED reversal <reversal>: expected nothing, found 6000",
            "SETTLEMENT_BOOKED settlement <second> account <a>: expected 6000, found nothing",
            "SETTLEMENT_BOOKED settlement <second> account <a>: expected nothing, found 6000",
        ),
    ),
)
