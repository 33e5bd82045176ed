"""Where Label Studio, the hook and the ML backend are, and what opens them."""

from curator.bootstrap.context import Context
from curator.bootstrap.workspace import Ports
from curator.domain.errors import SettingsError
from curator.steps.desk.connect_backend import ML_PATH
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER, Hook
from curator.steps.ports.ml_backends import Backend

EMBEDDED = "embedded"
"""The name of the Label Studio that `up` starts."""


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


def server_name(context: Context) -> str:
    """Return the name under which the store keeps what it knows of Label Studio."""
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


def hook_address(context: Context) -> Hook:
    """Return where Label Studio shall deliver to."""
    return Hook(_hook_base(context) + HOOK_PATH, {SECRET_HEADER: context.workspace.credentials().hook_secret})


def ml_backend_address(context: Context) -> Backend:
    """Return where Label Studio shall ask for predictions."""
    login = context.workspace.ml_login()
    return Backend(_hook_base(context) + ML_PATH, login.username, login.password)


def _hook_base(context: Context) -> str:
    hook = context.settings.hook
    return hook.public_url.rstrip("/") or f"http://{hook.host}:{listening_ports(context).hook}"
