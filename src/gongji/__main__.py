"""``python -m gongji`` is the command ``gongji``."""

from gongji.cli import main

main()
