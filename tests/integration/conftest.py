"""What integration tests share."""

from collections.abc import Iterator

import pytest

from infra.s3_policies import identities
from tests.integration.s3_server import BUCKET, USERS, S3Server, binary, started


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One S3 server for the whole session."""
    if binary() is None:
        pytest.skip("needs SeaweedFS (the dev extra installs it)")
    with started(tmp_path_factory.mktemp("s3"), identities(BUCKET, USERS)) as server:
        yield server
