"""A gateway that settles one by one: everything as it is served to others, but for the desk.

Run as a program of its own, it takes any free port, prints its URL and serves until it is ended.
"""

from gongji.app.asgi import create_app, make_ports
from gongji.app.database import running_database
from gongji.app.log import configure_log
from gongji.app.serving import listen, serve, url_of
from gongji.app.settings import read_settings
from tests.bench.desks import OneByOne


def main() -> None:
    """Serve until SIGTERM."""
    settings = read_settings()
    configure_log(as_json=settings.logs_json, level=settings.log_level)
    with listen("127.0.0.1", 0) as listener, running_database(settings) as url:
        ports = make_ports(settings)
        app = create_app(settings, url, ports=ports, desk=OneByOne(ports))
        serve(app, listener, lambda: print(f"one by one on {url_of(listener)}/graphql", flush=True))


if __name__ == "__main__":
    main()
