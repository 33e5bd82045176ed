"""Where Label Studio, the hook and the ML backend are, and what opens them."""

from curator.bootstrap.context import Context
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.workspace import Ports
from curator.domain.errors import SettingsError
from curator.steps.desk.connect_backend import ML_PATH
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER, Hook
from curator.steps.ports.ml_backends import Backend

EMBEDDED = "embedded"
"""What stands for the address of the Label Studio that `up` starts."""
ML_USER = "label-studio"


def is_embedded(context: Context) -> bool:
    """Say whether Label Studio is the one that `up` starts."""
    return not context.settings.label_studio.url


def listening_ports(context: Context) -> Ports:
    """Return where the embedded Label Studio and the hook listen: as the last `up` had it, else as configured."""
    settings = context.settings
    return context.workspace.ports() or Ports(settings.label_studio.port, settings.hook.port)


def server_url(context: Context) -> str:
    """Return Label Studio's address, without a slash at its end."""
    configured = context.settings.label_studio.url.rstrip("/")
    return configured or f"http://127.0.0.1:{listening_ports(context).label_studio}"


def server_address(context: Context) -> str:
    """Return the address that tells servers apart: the embedded one has the same whatever port it listens on."""
    return EMBEDDED if is_embedded(context) else server_url(context)


def server_token(context: Context) -> str:
    """Return Label Studio's token. Raises SettingsError where one is needed and not configured."""
    if is_embedded(context):
        return context.workspace.credentials().token
    token = context.settings.label_studio.token.get_secret_value()
    if not token:
        what, remedy = "no token for Label Studio", "set CURATOR_LABEL_STUDIO__TOKEN"
        raise SettingsError(what, server_url(context), remedy, name="label_studio.token")
    return token


def hook_url(context: Context) -> str:
    """Return where Label Studio shall deliver to."""
    return _hook_base(context) + HOOK_PATH


def hook_address(context: Context) -> Hook:
    """Return where Label Studio shall deliver to, with the secret. Raises CuratorError as `shared_secrets` does."""
    return Hook(hook_url(context), {SECRET_HEADER: shared_secrets(context).hook_secret})


def ml_backend_address(context: Context) -> Backend:
    """Return where Label Studio shall ask for predictions."""
    return Backend(_hook_base(context) + ML_PATH, ML_USER, shared_secrets(context).ml_password)


def _hook_base(context: Context) -> str:
    hook = context.settings.hook
    return hook.public_url.rstrip("/") or f"http://{reached_at(hook.host, listening_ports(context).hook)}"


def reached_at(host: str, port: int) -> str:
    """Return host and port of an address at which this machine reaches what listens there."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not bound
    return f"[{here}]:{port}" if ":" in here else f"{here}:{port}"
