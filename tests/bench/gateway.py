"""A gateway that only settles, at a desk or one by one: as it is served, with nothing beside it.

What the chat tells of settlements is told later and costs its own time; here it would fall on
whatever is measured at that moment. Run as a program of its own, with the kind of its desk as the
argument, it takes any free port, prints its URL and serves until it is ended.
"""

import sys

from gongji.app.asgi import create_app, make_ports
from gongji.app.database import running_database
from gongji.app.log import configure_log
from gongji.app.serving import listen, serve, url_of
from gongji.app.settings import read_settings
from tests.bench.desks import make_desk


def main() -> None:
    """Serve until SIGTERM."""
    (kind,) = sys.argv[1:]
    settings = read_settings()
    configure_log(as_json=settings.logs_json, level=settings.log_level)
    with listen("127.0.0.1", 0) as listener, running_database(settings) as url:
        ports = make_ports(settings)
        app = create_app(settings, url, ports=ports, desk=make_desk(kind, ports), sweeps=())
        serve(app, listener, lambda: print(f"{kind} on {url_of(listener)}/graphql", flush=True))


if __name__ == "__main__":
    main()
