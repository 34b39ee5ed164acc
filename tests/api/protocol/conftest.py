"""The toy gateway, spoken to over HTTP in the test's own loop."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gongji.api.gateway import GatewaySchema
from gongji.api.view import GatewayView
from tests.api.protocol.toy import Context, admit, context_of, make_schema


@pytest.fixture(scope="session")
def schema() -> GatewaySchema:
    return make_schema()


@pytest.fixture
def view(schema: GatewaySchema) -> GatewayView[Context]:
    return GatewayView(schema, context=context_of, admit=admit)


@pytest.fixture
async def http(view: GatewayView[Context]) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=view)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
