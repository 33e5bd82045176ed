"""Attack the doors of a hook behind a real proxy with its default settings, and print what came of each attempt.

`python -m benchmarks.attack_doors --proxy nginx` wants the proxy's own program on this machine; `none` asks the hook.
"""

import argparse
import getpass
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.conftest import free_port
from tests.waiting import wait_until
from tests.web.attacks import ask, attacks, head
from tests.web.site import Site, serving_site

_NGINX = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
_NGINX_SERVER = "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{inner}; }} }}"
_HAPROXY = "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n{servers}"
_HAPROXY_SERVER = "listen on-{port}\n  bind 127.0.0.1:{port}\n  server inner 127.0.0.1:{inner}\n"


def _nginx(folder: Path, ports: Mapping[int, int]) -> list[str]:
    servers = "\n  ".join(_NGINX_SERVER.format(port=port, inner=inner) for port, inner in ports.items())
    (folder / "nginx.conf").write_text(
        _NGINX.format(folder=folder, user=getpass.getuser(), servers=servers), encoding="utf-8"
    )
    return [_program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _haproxy(folder: Path, ports: Mapping[int, int]) -> list[str]:
    servers = "".join(_HAPROXY_SERVER.format(port=port, inner=inner) for port, inner in ports.items())
    (folder / "haproxy.cfg").write_text(_HAPROXY.format(servers=servers), encoding="utf-8")
    return [_program("haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]


_PROXIES: Mapping[str, Callable[[Path, Mapping[int, int]], list[str]]] = {"nginx": _nginx, "haproxy": _haproxy}


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not installed on this machine")
    return path


@contextmanager
def _behind(proxy: str, site: Site, folder: Path) -> Iterator[Site]:
    if proxy == "none":
        yield site
        return
    port, webhook_port = free_port(), free_port()
    command = _PROXIES[proxy](folder, {port: site.port, webhook_port: site.webhook_port})
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: _answers(port) and _answers(webhook_port), (folder / "proxy.log").read_text)
        yield site.behind(port, webhook_port)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return ask(port, head("GET", "/healthz")).statuses == (200,)
    except OSError:
        return False


def main() -> int:
    """Print a line an attack, and return 1 where any door did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proxy", choices=("none", *_PROXIES), default="nginx")
    proxy = parser.parse_args().proxy
    lost = 0
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        site = opened.enter_context(serving_site(folder))
        site = opened.enter_context(_behind(proxy, site, folder))
        print(f"{'door':<15} {'attack':<52} {'answer':<9} held")
        for attack in attacks():
            outcome = attack.send(site)
            held = attack.holds(outcome)
            lost += not held
            statuses = ",".join(map(str, outcome.statuses)) or "none"
            print(f"{attack.door:<15} {attack.name:<52} {statuses:<9} {'yes' if held else 'NO'}", flush=True)
    print(f"{lost} not held, through {proxy}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
