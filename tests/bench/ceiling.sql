-- The ceiling: what the database alone does for a settlement, as one call and one commit.
-- For the bench's own database only; no gateway ever has these. The work is the gateway's: find the
-- person, claim the key, lock, see limits and reserves, draw, write and answer.

CREATE TABLE bench_caller (
    number bigint PRIMARY KEY,
    institution_id uuid NOT NULL,
    person_id uuid NOT NULL,
    id_number_digest text NOT NULL
);

-- The caller's row stands for the parameters of a call: a till, and the digest of an ID number.
CREATE FUNCTION bench_settle(caller_number bigint, bill_fen bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    caller bench_caller;
    place institution;
    mine beneficiary;
    purse record;
    till jsonb;
    steps jsonb := '[]';
    made_id uuid := uuidv7();
    asked_id uuid := gen_random_uuid();
    payable uuid;
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
    person uuid;
    policy_now text;
    due bigint := bill_fen;
    drawn bigint;
    own bigint := 0;
    own_left bigint;
BEGIN
    SELECT * INTO caller FROM bench_caller WHERE number = caller_number;
    till := jsonb_build_object('kind', 'TILL', 'channel', 'TILL', 'operator', '收费员01',
        'subject', caller.institution_id);
    SELECT id INTO person FROM person AS p WHERE p.id_number_digest = caller.id_number_digest;

    INSERT INTO request_key
        (id, actor_key, request_id, operation, request_hash, answer, actor, claimed_at)
    VALUES (gen_random_uuid(), 'TILL/' || caller.institution_id, asked_id, 'settleBill',
        caller.id_number_digest, jsonb_build_object('id', made_id), till, now())
    ON CONFLICT (id) DO NOTHING;

    SELECT * INTO mine FROM beneficiary WHERE person_id = person FOR UPDATE;
    PERFORM FROM personal_account AS a
    WHERE a.owner_id = person OR a.id = ANY (ARRAY(
        SELECT account_id FROM binding
        WHERE beneficiary_id = person AND status IN ('ACTIVE', 'PAUSED')))
    ORDER BY a.id FOR UPDATE;
    SELECT * INTO place FROM institution WHERE id = caller.institution_id;
    payable := md5(place.code)::uuid;
    SELECT version INTO policy_now FROM policy
    WHERE in_force_from <= today
        AND region IN (mine.region, left(mine.region, 4) || '00', left(mine.region, 2) || '0000')
    ORDER BY region DESC, in_force_from DESC LIMIT 1;
    PERFORM FROM settlement AS s WHERE s.institution_id = caller.institution_id
        AND s.institution_bill_no = asked_id::text AND s.reversal_id IS NULL;

    FOR purse IN
        SELECT a.*, c.binding_id, c.rank, c.limit_fen
        FROM (
            SELECT NULL::uuid AS binding_id, 0::bigint AS rank, NULL::bigint AS limit_fen, o.id
            FROM personal_account AS o WHERE o.owner_id = person
            UNION ALL
            SELECT b.id, row_number() OVER (ORDER BY b.position, b.accepted_at, b.id),
                least(b.limit_settlement_fen, b.limit_month_fen - CASE
                    WHEN b.limit_month_fen IS NOT NULL THEN (
                        SELECT COALESCE(sum(l.amount_fen), 0) FROM settlement_leg AS l
                        WHERE l.binding_id = b.id AND l.business_day >= date_trunc('month', today)
                            AND (SELECT s.reversal_id FROM settlement AS s
                                WHERE s.id = l.settlement_id) IS NULL)
                    END), b.account_id
            FROM binding AS b WHERE b.beneficiary_id = person AND b.status = 'ACTIVE'
        ) AS c(binding_id, rank, limit_fen, account_id)
        JOIN personal_account AS a ON a.id = c.account_id
        ORDER BY c.rank
    LOOP
        drawn := greatest(0, least(due, purse.limit_fen,
            purse.balance_fen - CASE WHEN purse.rank > 0 THEN purse.reserve_fen ELSE 0 END));
        IF purse.status <> 'NORMAL' OR purse.owner_status <> 'NORMAL' THEN
            drawn := 0;
        END IF;
        steps := steps || jsonb_build_object('account', purse.id, 'binding', purse.binding_id,
            'type', CASE purse.rank WHEN 0 THEN 'OWN' ELSE 'SHARED' END, 'rank', purse.rank,
            'balance', purse.balance_fen, 'entry_no', purse.entry_no,
            'limit_left', purse.limit_fen, 'reserve', purse.reserve_fen, 'barred', null,
            'drawn', drawn, 'stop', null, 'skip', null);
        IF purse.rank = 0 THEN
            own := drawn;
            own_left := purse.balance_fen - drawn;
        END IF;
        CONTINUE WHEN drawn = 0;
        due := due - drawn;
        INSERT INTO settlement_leg
            (id, settlement_id, account_id, binding_id, type, rank, amount_fen, business_day)
        VALUES (uuidv7(), made_id, purse.id, purse.binding_id,
            CASE purse.rank WHEN 0 THEN 'OWN' ELSE 'SHARED' END, purse.rank, drawn, today);
        INSERT INTO transfer (id, debit_account_id, credit_account_id, amount_fen, cause_kind,
            cause_id, business_day, booked_at, account_id, entry_no, balance_after_fen)
        VALUES (uuidv7(), purse.id, payable, drawn, 'SETTLEMENT', made_id, today, now(),
            purse.id, purse.entry_no + 1, purse.balance_fen - drawn);
        UPDATE personal_account SET balance_fen = balance_fen - drawn, entry_no = entry_no + 1
        WHERE id = purse.id;
    END LOOP;

    INSERT INTO settlement (id, institution_id, institution_bill_no, beneficiary_id, business_day,
        settled_at, visit, total_fen, self_paid_fen, over_limit_fen, first_pay_fen, in_scope_fen,
        fund_paid_fen, hospital_paid_fen, personal_share_fen, eligible_fen, own_fen, shared_fen,
        cash_fen, own_balance_after_fen, lines, credential_kind, credential_digest, policy_version,
        order_version, explanation, actor, request_id)
    VALUES (made_id, caller.institution_id, asked_id::text, person, today, now(),
        'OUTPATIENT', bill_fen, 0, 0, 0, bill_fen, 0, 0, bill_fen, bill_fen, own,
        bill_fen - own - due, due, own_left, '[]', 'ID_CARD', caller.id_number_digest, policy_now,
        mine.order_version, jsonb_build_object('form', 1, 'policy', policy_now,
            'personal_share', bill_fen, 'eligible', bill_fen, 'cash', due, 'cash_reason', null,
            'sharing_is_open', true, 'ranks_are_shown', true, 'steps', steps),
        till, asked_id);
    INSERT INTO event (id, subject_id, number, kind, happened_at, ids, actor)
    VALUES (uuidv7(), person, mine.event_no + 1, 'BILL_SETTLED', now(),
        jsonb_build_object('settlement', made_id), till);
    UPDATE beneficiary SET event_no = event_no + 1 WHERE person_id = person;
    RETURN jsonb_build_object('id', made_id, 'own', own, 'shared', bill_fen - own - due,
        'cash', due, 'own_balance_after', own_left);
END $$;
