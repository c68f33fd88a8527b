"""Fields of a JSON body, checked by type and size. Pure; each refusal is a RefusalError 422 with the field as code."""

from __future__ import annotations

from typing import Any

from beistand.server.portal.access import RefusalError


def text(body: dict[str, Any], name: str, limit: int) -> str:
    """A text of at most `limit` letters; "" if it is missing or null."""
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > limit:
        raise RefusalError(422, name, f"{name} is a text of at most {limit} letters.")
    return value


def one_of(body: dict[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of a few words; `default` if it is missing."""
    value = body.get(name) or default
    if value not in allowed:
        raise RefusalError(422, name, f"{name} is one of {', '.join(allowed)}.")
    return str(value)


def is_true(body: dict[str, Any], name: str) -> bool:
    """true or false; false if it is missing or null."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise RefusalError(422, name, f"{name} is true or false.")
    return value is True


def id_(body: dict[str, Any], name: str) -> str | None:
    """An id, or None if it is missing, null or empty."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 64 or "\0" in value:
        raise RefusalError(422, name, f"{name} is a text or null.")
    return value
