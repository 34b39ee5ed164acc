"""The databases of the tests are separate, and emptied whatever refers to what."""

import asyncpg

from tests.databases import create_database, drop_database, emptying_script


async def test_every_row_goes_and_kept_tables_stay(administration_url: str, worker_id: str) -> None:
    name = f"gongji_test_emptying_{worker_id}"
    await create_database(administration_url, name)
    connection = await asyncpg.connect(administration_url, database=name)
    await connection.execute("""
        CREATE TABLE a_child (id int PRIMARY KEY, twin int REFERENCES a_child, parent int);
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE kept (id int);
        ALTER TABLE a_child ADD FOREIGN KEY (parent) REFERENCES parent;
        INSERT INTO parent VALUES (1);
        INSERT INTO a_child VALUES (1, NULL, 1), (2, 1, 1);
        INSERT INTO kept VALUES (1);
    """)

    await connection.execute(await emptying_script(connection, keep=("kept",)))

    counts = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM a_child), (SELECT count(*) FROM parent), count(*) FROM kept"
    )
    await connection.close()
    await drop_database(administration_url, name)
    assert counts is not None
    assert tuple(counts) == (0, 0, 1)


async def test_a_worker_has_a_database_of_its_own(clean_database: str, worker_id: str) -> None:
    connection = await asyncpg.connect(clean_database)
    name = await connection.fetchval("SELECT current_database()")
    await connection.close()

    assert name == f"gongji_test_{worker_id}"
