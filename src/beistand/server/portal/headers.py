"""The security headers of every answer (S36, S43), and where a changing request may come from."""

from __future__ import annotations

from collections.abc import Mapping

PAGE = "page"
CONSOLE = "console"
OFFICE = "office"
ACCESS = "access"

_POLICIES = {
    # Pages without any script: nothing may be loaded but our own style sheet and the pictures in it.
    PAGE: "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    # Signing in and setting up: the one script that speaks to passkeys; it makes no HTML.
    ACCESS: "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'",
    # The office's pages: our own two scripts. htmx makes HTML through the policy `default` (static/office.js).
    OFFICE: "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types default",
    CONSOLE: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self' {relay}; worker-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types beistand",
}
_PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=(), clipboard-read=(self), clipboard-write=(self), fullscreen=(self), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


def security_headers(kind: str, relay_origin: str, is_https: bool) -> list[tuple[str, str]]:
    """Headers for a page without scripts (`PAGE`), of signing in (`ACCESS`), the office (`OFFICE`) or the console."""
    headers = [
        ("content-security-policy", _POLICIES[kind].format(relay=relay_origin)),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        # Not `no-referrer`: that would send `Origin: null` with our own forms (Fetch, section 3.2).
        ("referrer-policy", "same-origin"),
        ("permissions-policy", _PERMISSIONS),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
    ]
    if is_https:
        headers.append(("strict-transport-security", "max-age=63072000; includeSubDomains"))
    return headers


def is_own(headers: Mapping[str, str], origin: str) -> bool:
    """Whether a changing request was sent by a page of this server.

    Every current browser sends Origin with POST; Sec-Fetch-Site must agree where it is sent.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return headers.get("origin") == origin
