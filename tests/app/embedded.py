"""A program that runs the embedded server until its standard input closes or a signal ends it."""

import argparse
import os
import pwd
import sys
from pathlib import Path

from gongji.app import postgres_home
from gongji.app.postgres import running_postgres


def main() -> None:
    """Print the URL and the log of the server when it runs, and wait."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("folder", type=Path)
    wanted.add_argument("--account")
    wanted.add_argument("--state-base", type=Path)
    chosen = wanted.parse_args()
    if chosen.state_base:
        postgres_home.STATE_BASES = (chosen.state_base,)
    if chosen.account:
        become(chosen.account)
    print("starting", flush=True)
    with running_postgres(chosen.folder, durable=False) as server:
        print(server.url(), flush=True)
        print(server.log, flush=True)
        sys.stdin.read()


def become(name: str) -> None:
    """Turn from root into an ordinary account for good."""
    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main()
