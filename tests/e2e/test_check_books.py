"""``gongji check-books``: says that the books are right, or lists what is not and ends with 1."""

import asyncpg

from gongji.app.postgres import running_postgres
from tests.e2e.gateway import gongji
from tests.e2e.installation import installed
from tests.registry_files import MOTHER, account, person


async def test_sound_books_end_with_0_and_damaged_ones_with_1() -> None:
    async with installed(person(), account(opening=100_00)) as installation:
        sound = gongji(installation.folder, "check-books")
        with running_postgres(installation.database, durable=False) as server:
            connection = await asyncpg.connect(server.url())
            await connection.execute("UPDATE personal_account SET balance_fen = balance_fen + 1")
            await connection.close()
        damaged = gongji(installation.folder, "check-books")

    counted = "0 settlements, 0 premiums, 1 transfers"
    assert (sound.returncode, sound.stdout) == (0, f"The books are right: {counted}.\n")
    assert damaged.returncode == 1
    assert damaged.stdout.startswith("ACCOUNT_BALANCE account ")
    assert damaged.stdout.endswith(": expected 10000, found 10001\n")
    assert f"the books are not right: 1 differences in {counted}" in damaged.stderr
    assert MOTHER not in sound.stdout + sound.stderr + damaged.stdout + damaged.stderr
