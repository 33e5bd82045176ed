"""`python -m curator_client NAME@N --url URL [--out DIR]`: downloads and verifies a version, and prints its folder."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from curator_client.download import cached_version, downloaded
from curator_client.errors import ClientError
from curator_client.load import cache_folder
from curator_client.server import Server
from curator_client.version import find_version


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done, 1 failed, 2 (of argparse) wrong usage."""
    parser = argparse.ArgumentParser(
        prog="curator-client",
        description="Download a dataset version of a curator server, verified, and print its folder.",
    )
    parser.add_argument("version", metavar="NAME@N", help="the version, or NAME@TAG")
    parser.add_argument("--url", required=True, help="the address of the server")
    parser.add_argument("--token", help="the token; better given as CURATOR_TOKEN, which no list of processes shows")
    parser.add_argument("--out", type=Path, metavar="DIR", help="download to DIR/NAME/vN instead of the cache")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="the cache")
    given = parser.parse_args(arguments)
    try:
        server = Server(given.url, given.token or os.environ.get("CURATOR_TOKEN") or None)
        version = find_version(server, given.version)
        if given.out is not None:
            path = downloaded(version, server, given.out)
        else:
            path = cached_version(version, server, cache_folder(given.cache))
    except ClientError as error:
        sys.stderr.write(f"curator-client: {error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
