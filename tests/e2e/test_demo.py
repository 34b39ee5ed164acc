"""What a newcomer plays with: ``gongji demo``, the README's session, the first request."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import readme
from tests.e2e.gateway import Gateway, gongji, servers_in

OPERATIONS = str(readme.ROOT / "schema" / "operations")
DROLMA = "542599197012010221"
CHANGING = re.compile(r"(?:stl|rev)_[0-9a-z]{26}|TAX-[0-9a-f]{32}|\d{4}-\d\d-\d\d \d\d:\d\d")
RESTORED = "上一次演示没有演完，先把这家人恢复到年初的样子。\n"

Played = tuple[int, str, str]
"""Exit status, what was printed, and the complaint."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only its owner may enter; remove it, and what root put elsewhere."""
    made = Path(tempfile.mkdtemp(prefix="gongji-demo-tests-"))
    yield made
    for sign in made.rglob("elsewhere"):
        shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a folder for all tests here."""
    with private_folder() as made:
        yield made


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[Gateway]:
    """Return a gateway with the demo families, ready."""
    started = Gateway.start(folder, "--demo", GONGJI_OPERATIONS_FOLDER=OPERATIONS)
    assert started.url
    yield started
    started.end()


@pytest.fixture(scope="module")
def first_run(folder: Path, gateway: Gateway) -> Played:
    """Return the first of all runs."""
    return demo(folder, gateway)


def demo(folder: Path, gateway: Gateway) -> Played:
    """Play against a gateway."""
    port = gateway.url.rpartition(":")[2]
    played = gongji(folder, "demo", GONGJI_PORT=port, GONGJI_OPERATIONS_FOLDER=OPERATIONS)
    return played.returncode, played.stdout, played.stderr


def load(folder: Path, **record: object) -> None:
    """Load one record."""
    file = folder / "one.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")
    assert gongji(folder, "load", str(file)).returncode == 0


def printed_tokens(gateway: Gateway) -> dict[str, str]:
    """Return the tokens that a newcomer sees, by whom the README says they are of."""
    said = "".join(gateway.greeting)
    owners = {"sharer": "542599197207190162", "beneficiary": "54259919700308013X"}
    owners["till"] = "H54252300001"
    return {
        who: re.findall(rf"^{actor} .*\n(\S+)$", said, re.MULTILINE)[0]
        for actor, who in owners.items()
    }


def test_it_tells_where_the_family_is_on_one_screen(gateway: Gateway) -> None:
    assert f"Two phones and a till of a demo family: {gateway.url}/\n" in gateway.greeting


def test_it_tells_whose_each_token_is(gateway: Gateway) -> None:
    said = gateway.greeting

    for line in ("sharer 共济人 王小兰", "beneficiary 被共济人 次仁"):
        assert f"{line}\n" in said
    assert "till 收费端 狮泉河雪山医院 H54252300001\n" in said


def test_the_first_request_that_is_printed_works(gateway: Gateway) -> None:
    beneficiary = gateway.greeting[-1].split("Bearer ")[1].split("'")[0]

    answer = gateway.ask(
        "{ familyAccount { ... on FamilyAccount { sharers { rank } } } }", beneficiary
    )

    assert answer.json() == {"data": {"familyAccount": {"sharers": [{"rank": 1}, {"rank": 2}]}}}


def test_the_session_of_the_readme_is_what_the_gateway_answers(
    folder: Path, gateway: Gateway
) -> None:
    son = "542599199810100175"
    made = gongji(folder, "token", "--kind", "person", "--id-number", son)
    tokens = {**printed_tokens(gateway), son: made.stdout.strip()}
    ids = readme.Ids()
    steps = list(readme.session())

    for step in steps:
        answer = gateway.ask(ids.put(step.request), tokens[step.who]).json()
        ids.learn(step.answer, answer)

        assert ids.shown(answer) == step.answer
    assert len(steps) == 5


def test_the_demo_plays_the_worked_example_to_the_fen(first_run: Played, gateway: Gateway) -> None:
    status, told, complaint = first_run

    assert (status, complaint) == (0, "")
    assert f"{gateway.url}（已在运行）" in told
    assert "✗" not in told
    for sentence in (
        "由本人的个人账户支付¥118.63，余额已用完。",
        "由第1顺位共济人卓*的个人账户支付¥300.00，该账户本次可用的金额已用完。",
        "由第2顺位共济人平*的个人账户支付¥205.88，该账户本次可用的金额已用完。",
        "其余¥126.76由个人现金支付。",
        "演示完毕：全部金额与算例一致。",
    ):
        assert sentence in told


def test_a_figure_that_differs_ends_the_demo_and_the_next_run_tells_the_same_story(
    first_run: Played, folder: Path, gateway: Gateway
) -> None:
    load(folder, record="reserve", owner=DROLMA, amount_fen=50_00)
    status, told, complaint = demo(folder, gateway)
    load(folder, record="reserve", owner=DROLMA, amount_fen=0)
    again = demo(folder, gateway)

    assert status == 1
    assert "✗" in told
    assert "演示完毕" not in told
    assert complaint.startswith("gongji: 与算例不一致：acct_mulaid_pay 共济支付合计")
    assert again[0] == 0
    assert RESTORED in again[1]
    assert CHANGING.sub("", again[1]).replace(RESTORED, "") == CHANGING.sub("", first_run[1])


def test_a_family_with_other_balances_is_not_played(
    first_run: Played, folder: Path, gateway: Gateway
) -> None:
    load(folder, record="contribution", batch="2026-11", owner=DROLMA, amount_fen=1)

    status, told, complaint = demo(folder, gateway)

    assert status == 1
    assert "卓玛" in complaint
    assert "邀请有效期至" not in told


def test_a_gateway_that_serves_another_folder_is_not_played_on(gateway: Gateway) -> None:
    with private_folder() as other:
        status, told, complaint = demo(other, gateway)

        assert (status, "个人账户" in told) == (1, False)
        assert complaint.startswith(f"gongji: {gateway.url} 的网关不在这个数据文件夹上")
        assert servers_in(other) == []


def test_the_demo_starts_a_gateway_of_its_own_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()

    played = gongji(
        tmp_path, "demo", GONGJI_PORT="1", GONGJI_OPERATIONS_FOLDER=OPERATIONS, TMPDIR=str(folder)
    )

    assert played.returncode == 0, played.stderr
    assert "本次演示自己启动" in played.stdout
    assert servers_in(folder) == []
    assert list(folder.iterdir()) == []


def test_without_the_clients_documents_the_demo_says_what_is_missing(tmp_path: Path) -> None:
    played = gongji(tmp_path, "demo")

    assert played.returncode == 1
    assert "GONGJI_OPERATIONS_FOLDER" in played.stderr
