"""The measure of the bench: a Starlette route that parses JSON and answers JSON, and no more.

Run as a program of its own, it takes any free port, prints its URL and serves until it is ended.
"""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gongji.app.serving import listen, serve, url_of


async def answer(request: Request) -> Response:
    """Answer what the gateway answers to ``{ __typename }``."""
    asked = orjson.loads(await request.body())
    if asked["query"] != "{ __typename }":
        return Response(status_code=400)
    return Response(
        orjson.dumps({"data": {"__typename": "Query"}}),
        media_type="application/json; charset=utf-8",
    )


def main() -> None:
    """Serve until SIGTERM."""
    app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
    with listen("127.0.0.1", 0) as listener:
        serve(app, listener, lambda: print(f"bare route on {url_of(listener)}/graphql", flush=True))


if __name__ == "__main__":
    main()
