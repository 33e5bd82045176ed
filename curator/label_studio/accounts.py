"""New accounts in Label Studio, without e-mail: through its own invitation page."""

from urllib.parse import urljoin, urlsplit

import httpx

from curator.domain.errors import ServerRefused, ServerUnreachable
from curator.label_studio.failures import curator_error

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def sign_up(url: str, invitation: str, email: str, password: str, timeout: float) -> None:
    """Make an account by the invitation's address, which may lack the server's.

    Raises ServerRefused where the account is there already or the form is not taken, and ServerUnreachable.
    """
    page = urljoin(f"{url.rstrip('/')}/", invitation)
    beyond = urlsplit(url).hostname not in _LOOPBACK
    try:
        with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=beyond) as browser:
            browser.get(page).raise_for_status()
            form = {
                "csrfmiddlewaretoken": browser.cookies.get("csrftoken", ""),
                "email": email,
                "password": password,
                "allow_newsletters": "false",
            }
            answer = browser.post(page, data=form, headers={"Referer": page})
    except httpx.HTTPStatusError as error:
        what = f"Label Studio's invitation page answers {error.response.status_code}"
        raise ServerRefused(what, url, "see its log", status=error.response.status_code) from None
    except httpx.HTTPError as error:
        raise curator_error(error, url, password) or ServerUnreachable("Label Studio does not answer", url) from None
    # The form comes back, with its complaint, where it was not taken.
    if answer.status_code != httpx.codes.FOUND:
        what = f"Label Studio makes no account for {email}"
        raise ServerRefused(what, url, "it may have one; see `curator annotators`")
