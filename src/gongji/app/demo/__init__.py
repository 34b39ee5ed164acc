"""``gongji demo``: one family's year, played through the HTTP API as the four clients would."""
