"""What a browser may do with a page."""

from flask import Response

# Labels are coloured by a style sheet of our own, so no page needs a style of its own.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY.format(forms="'none'"),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Cache-Control": "no-store",
}
FORM_HEADERS = {
    "Content-Security-Policy": _POLICY.format(forms="'self'"),
    # Without any referrer a browser would not tell either which site a form comes from.
    "Referrer-Policy": "same-origin",
}
"""What differs on the page with forms."""


def secure(response: Response) -> Response:
    """Return a response with the headers that confine it, where it has not its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
