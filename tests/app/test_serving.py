"""The web server's own doings that need no process of their own."""

import gc

from gongji.app.serving import keep_for_good


def test_what_a_start_has_made_is_not_walked_through_again() -> None:
    before = len(gc.get_objects())

    keep_for_good()
    try:
        assert gc.get_freeze_count() >= before // 2
        assert len(gc.get_objects()) < before // 2
    finally:
        gc.unfreeze()
