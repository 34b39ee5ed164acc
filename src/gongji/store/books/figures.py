"""Figures that must agree over whole tables: each a statement that answers with the differences.

Most of them put two sources of (id, part, place, fen) together and add both up by the first three:
what one table says that there should be, and what another one says that there is. A row that only
one of them knows is a difference too, so orphans of either side are found by the same statement.
"""

from typing import Final

from gongji.domain.books import Wrong

_CONTROLS: Final = """WITH controls AS MATERIALIZED (
    SELECT c.id, c.kind, c.holder
    FROM jsonb_to_recordset($1::jsonb) AS c(id uuid, kind text, holder text)
)"""
"""The control accounts that may exist, by the ids that their names give."""


def _agree(
    wrong: Wrong,
    named: str,
    *,
    expected: str,
    found: str,
    having: str = "COALESCE(sum(expected), 0) <> COALESCE(sum(found), 0)",
) -> str:
    """Compare two sources of (id, part, place, fen).

    Args:
        named: what the id is an id of.
        having: which sums are a difference.
    """
    return f"""
    SELECT '{wrong}'::text AS wrong,
        '{named} ' || id::text || COALESCE(' account ' || part::text, '') AS subject,
        sum(expected)::bigint AS expected, sum(found)::bigint AS found
    FROM (
        SELECT e.id, e.part, e.place, e.fen::bigint AS expected, NULL::bigint AS found
        FROM ({expected}) AS e(id, part, place, fen)
        UNION ALL
        SELECT f.id, f.part, f.place, NULL, f.fen::bigint FROM ({found}) AS f(id, part, place, fen)
    ) AS sides
    GROUP BY id, part, place
    HAVING {having}"""


_NONE: Final = "NULL::uuid"
_ONLY_FOUND: Final = "sum(found) <> COALESCE(sum(expected), 0)"
"""Something was found, and it is not what was expected; nothing found is no difference."""

_ENTRIES: Final = f"""
    SELECT f.wrong, 'transfer ' || e.id::text AS subject, f.expected, f.found
    FROM (
        SELECT t.id, t.entry_no, t.balance_after_fen,
            lag(t.entry_no, 1, 0::bigint) OVER entries + 1 AS next_no,
            lag(t.balance_after_fen, 1, 0::bigint) OVER entries
                + CASE WHEN t.credit_account_id = t.account_id THEN t.amount_fen
                    ELSE -t.amount_fen END AS balance
        FROM transfer AS t
        WHERE t.account_id IS NOT NULL
        WINDOW entries AS (PARTITION BY t.account_id ORDER BY t.entry_no)
    ) AS e CROSS JOIN LATERAL (VALUES
        ('{Wrong.ENTRY_NUMBER}'::text, e.next_no, e.entry_no),
        ('{Wrong.ENTRY_BALANCE}'::text, e.balance, e.balance_after_fen)
    ) AS f(wrong, expected, found)
    WHERE f.expected <> f.found"""

_BALANCES: Final = _agree(
    Wrong.ACCOUNT_BALANCE,
    "account",
    expected=f"""
        SELECT s.id, {_NONE}, {_NONE}, s.fen
        FROM transfer AS t CROSS JOIN LATERAL (VALUES
            (t.debit_account_id, -t.amount_fen), (t.credit_account_id, t.amount_fen)) AS s(id, fen)
        WHERE s.id NOT IN (SELECT id FROM controls)""",
    found=f"SELECT a.id, {_NONE}, {_NONE}, a.balance_fen FROM personal_account AS a",
)
_COUNTED_ENTRIES: Final = _agree(
    Wrong.ACCOUNT_ENTRIES,
    "account",
    expected=f"""
        SELECT t.account_id, {_NONE}, {_NONE}, count(*) FROM transfer AS t
        WHERE t.account_id IS NOT NULL GROUP BY t.account_id""",
    found=f"SELECT a.id, {_NONE}, {_NONE}, a.entry_no FROM personal_account AS a",
)
_OPENINGS: Final = _agree(
    Wrong.OPENING,
    "account",
    expected=f"SELECT a.id, a.id, {_NONE}, a.opening_fen FROM personal_account AS a",
    found=f"""
        SELECT t.cause_id, t.credit_account_id, {_NONE}, t.amount_fen FROM transfer AS t
        WHERE t.cause_kind = 'OPENING'""",
)
_CONTRIBUTIONS: Final = _agree(
    Wrong.CONTRIBUTION,
    "contribution",
    expected=f"SELECT c.id, c.account_id, {_NONE}, c.amount_fen FROM contribution AS c",
    found=f"""
        SELECT t.cause_id, t.credit_account_id, {_NONE}, t.amount_fen FROM transfer AS t
        WHERE t.cause_kind = 'CONTRIBUTION'""",
)

_SIDES: Final = f"""
    SELECT '{Wrong.TRANSFER_SIDES}'::text AS wrong, 'transfer ' || t.id::text AS subject,
        NULL::bigint AS expected, t.amount_fen AS found
    FROM transfer AS t
    LEFT JOIN controls AS d ON d.id = t.debit_account_id
    LEFT JOIN controls AS c ON c.id = t.credit_account_id
    WHERE COALESCE(CASE t.cause_kind
        WHEN 'OPENING' THEN d.kind = 'CONTRIBUTIONS' AND t.credit_account_id = t.account_id
        WHEN 'CONTRIBUTION' THEN d.kind = 'CONTRIBUTIONS' AND t.credit_account_id = t.account_id
        WHEN 'SETTLEMENT' THEN c.kind = 'PAYABLE' AND t.debit_account_id = t.account_id
        WHEN 'PREMIUM' THEN c.kind = 'PREMIUM_PAYABLE' AND t.debit_account_id = t.account_id
        WHEN 'REVERSAL' THEN d.kind = 'PAYABLE'
            AND CASE WHEN t.account_id IS NULL THEN c.kind = 'SUSPENSE'
                ELSE t.credit_account_id = t.account_id END
        WHEN 'PREMIUM_REFUND' THEN d.kind = 'PREMIUM_PAYABLE'
            AND CASE WHEN t.account_id IS NULL THEN c.kind = 'SUSPENSE'
                ELSE t.credit_account_id = t.account_id END
        END, false) = false"""

_PAYABLE: Final = """settlement AS s
        LEFT JOIN institution AS i ON i.id = s.institution_id
        LEFT JOIN controls AS c ON c.kind = 'PAYABLE' AND c.holder = i.code"""
_PREMIUM_PAYABLE: Final = """premium AS p
        LEFT JOIN controls AS c ON c.kind = 'PREMIUM_PAYABLE' AND c.holder = p.region"""

_SETTLED: Final = _agree(
    Wrong.SETTLEMENT_BOOKED,
    "settlement",
    expected=f"""
        SELECT l.settlement_id, l.account_id, booked.payable, l.amount_fen
        FROM settlement_leg AS l
        LEFT JOIN (SELECT s.id, c.id AS payable FROM {_PAYABLE}) AS booked
            ON booked.id = l.settlement_id""",
    found="""
        SELECT t.cause_id, t.debit_account_id, t.credit_account_id, t.amount_fen
        FROM transfer AS t WHERE t.cause_kind = 'SETTLEMENT'""",
)

_LEGS: Final = f"""
    SELECT f.wrong, 'leg ' || l.id::text AS subject, f.expected, f.found
    FROM (
        SELECT l.id, l.amount_fen, s.business_day AS settled_on, l.business_day, CASE l.type
            WHEN 'OWN' THEN l.binding_id IS NULL AND l.rank = 0 AND a.owner_id = s.beneficiary_id
            WHEN 'SHARED' THEN b.account_id = l.account_id AND l.rank > 0
                AND b.sharer_id = a.owner_id AND b.beneficiary_id = s.beneficiary_id
            END AS is_bound
        FROM settlement_leg AS l
        JOIN settlement AS s ON s.id = l.settlement_id
        LEFT JOIN personal_account AS a ON a.id = l.account_id
        LEFT JOIN binding AS b ON b.id = l.binding_id
    ) AS l
    CROSS JOIN LATERAL (
        SELECT '{Wrong.LEG_BINDING}'::text, NULL::bigint, l.amount_fen
        WHERE COALESCE(l.is_bound, false) = false
        UNION ALL
        SELECT '{Wrong.LEG_DAY}'::text, to_char(l.settled_on, 'YYYYMMDD')::bigint,
            to_char(l.business_day, 'YYYYMMDD')::bigint
        WHERE l.settled_on <> l.business_day
    ) AS f(wrong, expected, found)
    WHERE COALESCE(l.is_bound, false) = false OR l.settled_on <> l.business_day"""

_REVERSAL_LINKS: Final = _agree(
    Wrong.REVERSAL_LINK,
    "settlement",
    expected="""
        SELECT s.id, NULL::uuid, s.reversal_id, 1 FROM settlement AS s
        WHERE s.reversal_id IS NOT NULL""",
    found="SELECT r.settlement_id, NULL::uuid, r.id, 1 FROM reversal AS r",
)
_REVERSED_LEGS: Final = f"""
        FROM reversal AS r
        JOIN (SELECT s.id, c.id AS payable FROM {_PAYABLE}) AS booked ON booked.id = r.settlement_id
        JOIN settlement_leg AS l ON l.settlement_id = r.settlement_id"""
_REVERSED: Final = _agree(
    Wrong.REVERSAL_BOOKED,
    "reversal",
    expected=f"SELECT r.id, NULL::uuid, booked.payable, l.amount_fen {_REVERSED_LEGS}",
    found="""
        SELECT t.cause_id, NULL::uuid, t.debit_account_id, t.amount_fen
        FROM transfer AS t WHERE t.cause_kind = 'REVERSAL'""",
)
_RETURNED: Final = _agree(
    Wrong.REVERSAL_ACCOUNT,
    "reversal",
    expected=f"SELECT r.id, l.account_id, NULL::uuid, l.amount_fen {_REVERSED_LEGS}",
    found="""
        SELECT t.cause_id, t.account_id, NULL::uuid, t.amount_fen FROM transfer AS t
        WHERE t.cause_kind = 'REVERSAL' AND t.account_id IS NOT NULL""",
    having=_ONLY_FOUND,
)
_SUSPENDED: Final = _agree(
    Wrong.REVERSAL_SUSPENDED,
    "reversal",
    expected="""
        SELECT t.cause_id, NULL::uuid, NULL::uuid, t.amount_fen FROM transfer AS t
        WHERE t.cause_kind = 'REVERSAL' AND t.account_id IS NULL""",
    found="SELECT r.id, NULL::uuid, NULL::uuid, r.suspended_fen FROM reversal AS r",
)

_PREMIUMS: Final = _agree(
    Wrong.PREMIUM_BOOKED,
    "premium",
    expected=f"""
        SELECT l.premium_id, l.account_id, booked.payable, l.amount_fen
        FROM premium_leg AS l
        LEFT JOIN (SELECT p.id, c.id AS payable FROM {_PREMIUM_PAYABLE}) AS booked
            ON booked.id = l.premium_id""",
    found="""
        SELECT t.cause_id, t.debit_account_id, t.credit_account_id, t.amount_fen
        FROM transfer AS t WHERE t.cause_kind = 'PREMIUM'""",
)
_REFUNDED_LEGS: Final = f"""
        FROM (SELECT p.id, p.status, c.id AS payable FROM {_PREMIUM_PAYABLE}) AS p
        JOIN premium_leg AS l ON l.premium_id = p.id
        WHERE p.status IN ('FAILED', 'REFUNDED')"""
_PREMIUM_REFUNDS: Final = _agree(
    Wrong.PREMIUM_REFUND,
    "premium",
    expected=f"SELECT p.id, NULL::uuid, p.payable, l.amount_fen {_REFUNDED_LEGS}",
    found="""
        SELECT t.cause_id, NULL::uuid, t.debit_account_id, t.amount_fen
        FROM transfer AS t WHERE t.cause_kind = 'PREMIUM_REFUND'""",
)
_PREMIUM_RETURNS: Final = _agree(
    Wrong.PREMIUM_REFUND_ACCOUNT,
    "premium",
    expected=f"SELECT p.id, l.account_id, NULL::uuid, l.amount_fen {_REFUNDED_LEGS}",
    found="""
        SELECT t.cause_id, t.account_id, NULL::uuid, t.amount_fen FROM transfer AS t
        WHERE t.cause_kind = 'PREMIUM_REFUND' AND t.account_id IS NOT NULL""",
    having=_ONLY_FOUND,
)
_PREMIUM_STATES: Final = f"""
    SELECT '{Wrong.PREMIUM_STATE}'::text AS wrong, 'premium ' || p.id::text AS subject,
        NULL::bigint AS expected, p.amount_fen AS found
    FROM premium AS p
    WHERE COALESCE((p.confirmed_at IS NOT NULL, p.failed_at IS NOT NULL, p.refunded_at IS NOT NULL)
        = CASE p.status
            WHEN 'DEBITED' THEN ROW(false, false, false)
            WHEN 'CONFIRMED' THEN ROW(true, false, false)
            WHEN 'FAILED' THEN ROW(false, true, false)
            WHEN 'REFUNDED' THEN ROW(true, false, true) END, false) = false"""
_PREMIUM_BINDINGS: Final = f"""
    SELECT '{Wrong.PREMIUM_BINDING}'::text AS wrong, 'leg ' || l.id::text AS subject,
        NULL::bigint AS expected, l.amount_fen AS found
    FROM premium_leg AS l
    JOIN premium AS p ON p.id = l.premium_id
    LEFT JOIN binding AS b ON b.id = l.binding_id
    WHERE COALESCE(b.account_id = l.account_id AND b.beneficiary_id = p.insured_id
        AND l.business_day = p.business_day
        AND (l.rank = 1) = (l.binding_id = p.binding_id)
        AND (l.rank = 1) = (b.sharer_id = p.payer_id), false) = false"""

_CONTROL_BALANCES: Final = f"""
    SELECT '{Wrong.CONTROL_BALANCE}'::text AS wrong, name AS subject,
        sum(expected)::bigint AS expected, sum(found)::bigint AS found
    FROM (
        SELECT 'PAYABLE/' || i.code, sum(s.own_fen + s.shared_fen), NULL::numeric
        FROM settlement AS s JOIN institution AS i ON i.id = s.institution_id
        WHERE s.reversal_id IS NULL GROUP BY i.code
        UNION ALL
        SELECT 'PREMIUM_PAYABLE/' || p.region, sum(p.amount_fen), NULL FROM premium AS p
        WHERE p.status IN ('DEBITED', 'CONFIRMED') GROUP BY p.region
        UNION ALL
        SELECT 'CONTRIBUTIONS', -sum(a.opening_fen), NULL FROM personal_account AS a
        UNION ALL
        SELECT 'CONTRIBUTIONS', -sum(c.amount_fen), NULL FROM contribution AS c
        UNION ALL
        SELECT 'SUSPENSE', sum(r.suspended_fen), NULL FROM reversal AS r
        UNION ALL
        SELECT 'SUSPENSE', sum(l.amount_fen), NULL {_REFUNDED_LEGS}
        UNION ALL
        SELECT 'SUSPENSE', -sum(t.amount_fen), NULL FROM transfer AS t
        WHERE t.cause_kind = 'PREMIUM_REFUND' AND t.account_id IS NOT NULL
        UNION ALL
        SELECT CASE WHEN c.kind IN ('CONTRIBUTIONS', 'SUSPENSE') THEN c.kind
                ELSE c.kind || '/' || c.holder END,
            NULL::numeric, s.fen
        FROM (
            SELECT t.credit_account_id, sum(t.amount_fen) FROM transfer AS t
            GROUP BY t.credit_account_id
            UNION ALL
            SELECT t.debit_account_id, -sum(t.amount_fen) FROM transfer AS t
            GROUP BY t.debit_account_id
        ) AS s(id, fen) JOIN controls AS c ON c.id = s.id
    ) AS sides(name, expected, found)
    GROUP BY name
    HAVING COALESCE(sum(expected), 0) <> COALESCE(sum(found), 0)"""


def _numbered(wrong: Wrong, *, counter: str, table: str, subject: str, number: str) -> str:
    """Compare a beneficiary's counter with rows that are numbered 1, 2, ... without a gap.

    No number is there twice (a unique index), so as many rows as the last number have no gap.
    """
    return f"""
    SELECT '{wrong}'::text AS wrong, 'beneficiary ' || v.id::text AS subject,
        sum(v.expected)::bigint AS expected,
        (CASE WHEN sum(v.counted) = sum(v.expected) THEN sum(v.last) ELSE sum(v.counted)
            END)::bigint AS found
    FROM (
        SELECT b.person_id, b.{counter}::bigint, NULL::bigint, NULL::bigint FROM beneficiary AS b
        UNION ALL
        SELECT n.{subject}, NULL, count(*), max(n.{number}) FROM {table} AS n GROUP BY n.{subject}
    ) AS v(id, expected, counted, last)
    GROUP BY v.id
    HAVING COALESCE(sum(v.expected), -1) <> COALESCE(sum(v.counted), 0)
        OR COALESCE(sum(v.expected), -1) <> COALESCE(sum(v.last), 0)"""


_DRAWN: Final = """(
        SELECT l.binding_id, l.settlement_id AS cause_id, l.business_day, l.amount_fen
        FROM settlement_leg AS l JOIN settlement AS s ON s.id = l.settlement_id
        WHERE s.reversal_id IS NULL AND l.binding_id IS NOT NULL
        UNION ALL
        SELECT l.binding_id, l.premium_id, l.business_day, l.amount_fen
        FROM premium_leg AS l JOIN premium AS p ON p.id = l.premium_id
        WHERE p.status IN ('DEBITED', 'CONFIRMED') AND l.rank > 1
    ) AS d"""
_PERIODS: Final = """(VALUES
        (d.cause_id::text, b.limit_settlement_fen),
        (CASE WHEN b.limit_month_fen IS NOT NULL THEN to_char(d.business_day, 'YYYY-MM') END,
            b.limit_month_fen),
        (CASE WHEN b.limit_year_fen IS NOT NULL THEN to_char(d.business_day, 'YYYY') END,
            b.limit_year_fen)
    ) AS p(period, limit_fen)"""
_LIMITS: Final = f"""
    SELECT '{Wrong.LIMIT_EXCEEDED}'::text AS wrong,
        'binding ' || u.id::text || ' ' || u.period AS subject, u.limit_fen AS expected,
        u.used_fen AS found
    FROM (
        SELECT b.id, b.beneficiary_id, p.period, p.limit_fen, sum(d.amount_fen)::bigint AS used_fen
        FROM binding AS b JOIN {_DRAWN} ON d.binding_id = b.id CROSS JOIN LATERAL {_PERIODS}
        WHERE num_nonnulls(b.limit_settlement_fen, b.limit_month_fen, b.limit_year_fen) > 0
            AND p.limit_fen IS NOT NULL
        GROUP BY b.id, b.beneficiary_id, p.period, p.limit_fen
        HAVING sum(d.amount_fen) > p.limit_fen
    ) AS u
    WHERE (
        SELECT max(e.number) FROM binding AS b JOIN {_DRAWN} ON d.binding_id = b.id
        CROSS JOIN LATERAL {_PERIODS} JOIN event AS e ON e.subject_id = u.beneficiary_id
            AND d.cause_id::text = e.ids ->> CASE e.kind WHEN 'BILL_SETTLED' THEN 'settlement'
                WHEN 'PREMIUM_DEBITED' THEN 'premium' END
        WHERE b.id = u.id AND p.period = u.period
    ) > COALESCE((
        SELECT max(e.number) FROM event AS e WHERE e.subject_id = u.beneficiary_id
            AND e.kind = 'LIMIT_SET' AND e.ids ->> 'binding' = u.id::text), 0)"""
"""A limit as it stands was heeded by every draw after it was set, as the events' numbers tell: what
was in use at the last of them, and is not reversed since, is within it (G8)."""

_ORDERS: Final = _numbered(
    Wrong.ORDER_VERSIONS,
    counter="order_version",
    table="order_version",
    subject="beneficiary_id",
    number="version",
)
_ORDERS_SEEN: Final = f"""
    SELECT '{Wrong.ORDER_UNKNOWN}'::text AS wrong, 'settlement ' || s.id::text AS subject,
        b.order_version::bigint AS expected, s.order_version::bigint AS found
    FROM settlement AS s JOIN beneficiary AS b ON b.person_id = s.beneficiary_id
    WHERE s.order_version > b.order_version OR s.order_version < 0"""
_EVENTS: Final = _numbered(
    Wrong.EVENT_NUMBERS, counter="event_no", table="event", subject="subject_id", number="number"
)
_EVENTS_OF_FACTS: Final = _agree(
    Wrong.EVENT_OF_FACT,
    "fact",
    expected="""
        SELECT s.id::text, NULL::uuid, s.beneficiary_id, 1 FROM settlement AS s
        UNION ALL
        SELECT r.id::text, NULL, s.beneficiary_id, 1
        FROM reversal AS r JOIN settlement AS s ON s.id = r.settlement_id
        UNION ALL
        SELECT p.id::text, NULL, p.insured_id, 1 FROM premium AS p
        UNION ALL
        SELECT c.id::text, NULL, a.owner_id, 1
        FROM contribution AS c JOIN personal_account AS a ON a.id = c.account_id""",
    found="""
        SELECT COALESCE(e.ids ->> CASE e.kind WHEN 'BILL_SETTLED' THEN 'settlement'
            WHEN 'SETTLEMENT_REVERSED' THEN 'reversal' WHEN 'PREMIUM_DEBITED' THEN 'premium'
            ELSE 'contribution' END, 'of event ' || e.id::text), NULL::uuid, e.subject_id, 1
        FROM event AS e WHERE e.kind IN
            ('BILL_SETTLED', 'SETTLEMENT_REVERSED', 'PREMIUM_DEBITED', 'CONTRIBUTION_BOOKED')""",
)

_UNANSWERED: Final = f"""
    SELECT '{Wrong.KEY_UNANSWERED}'::text AS wrong, 'request_key ' || k.id::text AS subject,
        NULL::bigint AS expected, NULL::bigint AS found
    FROM request_key AS k WHERE COALESCE(k.answer, 'null') = 'null'"""
_FACTS: Final = """(
        SELECT s.id, s.request_id, s.actor FROM settlement AS s
        UNION ALL SELECT r.id, r.request_id, r.actor FROM reversal AS r
        UNION ALL SELECT p.id, p.request_id, p.actor FROM premium AS p
    ) AS f"""
_KEYS_OF_FACTS: Final = f"""
    SELECT '{Wrong.KEY_OF_FACT}'::text AS wrong, 'fact ' || f.id::text AS subject,
        1::bigint AS expected, NULL::bigint AS found
    FROM {_FACTS}
    LEFT JOIN request_key AS k ON k.request_id = f.request_id
        AND k.actor_key = (f.actor ->> 'kind') || '/' || (f.actor ->> 'subject')
    WHERE k.id IS NULL"""
_FACTS_OF_KEYS: Final = f"""
    SELECT '{Wrong.KEY_WITHOUT_FACT}'::text AS wrong, 'request_key ' || k.id::text AS subject,
        1::bigint AS expected, NULL::bigint AS found
    FROM request_key AS k
    LEFT JOIN {_FACTS} ON f.id::text = k.answer ->> 'id' AND f.request_id = k.request_id
    WHERE k.operation IN ('settleBill', 'reverseSettlement', 'payPremium')
        AND k.answer ->> 'id' IS NOT NULL AND f.id IS NULL"""

_SEEN: Final = f"""
    SELECT '{Wrong.SEEN_BALANCE}'::text AS wrong,
        f.named || ' ' || f.id::text || ' account ' || COALESCE(seen.account, '?') AS subject,
        CASE seen.entry_no WHEN '0' THEN 0 ELSE t.balance_after_fen END AS expected,
        CASE WHEN seen.balance ~ '^-?[0-9]{{1,18}}$' THEN seen.balance::bigint END AS found
    FROM (
        SELECT s.id, 'settlement' AS named, s.explanation -> 'steps' AS steps FROM settlement AS s
        UNION ALL SELECT p.id, 'premium', p.explanation -> 'steps' FROM premium AS p
    ) AS f
    CROSS JOIN LATERAL jsonb_to_recordset(
        CASE WHEN jsonb_typeof(f.steps) = 'array'
            AND NOT f.steps @? '$[*] ? (@.type() <> "object")' THEN f.steps ELSE '[]' END
    ) AS seen(account text, entry_no text, balance text)
    LEFT JOIN transfer AS t ON t.account_id IS NOT NULL
        AND t.account_id::text = seen.account AND t.entry_no::text = seen.entry_no
    WHERE COALESCE(CASE seen.entry_no WHEN '0' THEN '0' ELSE t.balance_after_fen::text END
        <> seen.balance, true)"""
"""What the explanations saw: the balance that the entry which they name had left."""

_POINTERS: Final = (
    ("settlement", "institution_id", "institution", "id"),
    ("settlement", "beneficiary_id", "beneficiary", "person_id"),
    ("settlement_leg", "settlement_id", "settlement", "id"),
    ("settlement_leg", "account_id", "personal_account", "id"),
    ("settlement_leg", "binding_id", "binding", "id"),
    ("reversal", "settlement_id", "settlement", "id"),
    ("premium", "binding_id", "binding", "id"),
    ("premium", "payer_id", "person", "id"),
    ("premium", "insured_id", "beneficiary", "person_id"),
    ("premium_leg", "premium_id", "premium", "id"),
    ("premium_leg", "account_id", "personal_account", "id"),
    ("premium_leg", "binding_id", "binding", "id"),
    ("contribution", "account_id", "personal_account", "id"),
    ("transfer", "account_id", "personal_account", "id"),
    ("event", "subject_id", "beneficiary", "person_id"),
    ("order_version", "beneficiary_id", "beneficiary", "person_id"),
    ("access", "person_id", "person", "id"),
    ("quote_count", "person_id", "person", "id"),
    ("person", "id", "beneficiary", "person_id"),
)
"""Columns without a foreign key, and where the row that they name must be."""


def _orphans(table: str, column: str, to: str, key: str) -> str:
    return f"""
    SELECT '{Wrong.ORPHAN}'::text AS wrong, '{table} ' || t.id::text || ' {column}' AS subject,
        NULL::bigint AS expected, NULL::bigint AS found
    FROM {table} AS t
    WHERE t.{column} IS NOT NULL
        AND NOT EXISTS (SELECT FROM {to} AS other WHERE other.{key} = t.{column})"""


_SELECTS: Final = (
    _ENTRIES,
    _BALANCES,
    _COUNTED_ENTRIES,
    _OPENINGS,
    _CONTRIBUTIONS,
    _SIDES,
    _CONTROL_BALANCES,
    _SETTLED,
    _LEGS,
    _REVERSAL_LINKS,
    _REVERSED,
    _RETURNED,
    _SUSPENDED,
    _PREMIUMS,
    _PREMIUM_REFUNDS,
    _PREMIUM_RETURNS,
    _PREMIUM_STATES,
    _PREMIUM_BINDINGS,
    _LIMITS,
    _ORDERS,
    _ORDERS_SEEN,
    _EVENTS,
    _EVENTS_OF_FACTS,
    _UNANSWERED,
    _KEYS_OF_FACTS,
    _FACTS_OF_KEYS,
    _SEEN,
    *(_orphans(*pointer) for pointer in _POINTERS),
)
FIGURES: Final = tuple(f"{_CONTROLS}{select}" for select in _SELECTS)
"""The statements; each takes the control accounts as JSON and answers with (wrong, subject,
expected, found)."""
