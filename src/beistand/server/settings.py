"""What the operator may set: the only reader of the environment and of the config file.

Every setting has one name in the TOML file and one in the environment (`BEISTAND_` and the name in capitals); the
environment wins. `docs/operating.md` documents each; a test fails when one is missing there.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from beistand.server.store.engines import UrlError, parse

PREFIX = "BEISTAND_"
CONFIG_VARIABLE = "BEISTAND_CONFIG"
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """A setting is wrong; the text names it and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """Checked settings. Durations in seconds."""

    data: Path = Path("beistand-data")
    listen: str = "127.0.0.1:8800"
    origin: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    trusted_proxy: str = ""
    number_seconds: int = 600
    session_hours: int = 12
    # Its repr is kept out of logs: it may carry a password.
    database: str = field(default="", repr=False)

    # Where holes are reported, as RFC 9116 writes it; none: no security.txt.
    security_contact: str = ""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""

    @property
    def host(self) -> str:
        """Address to listen on, without the port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Port to listen on; 0 lets the system choose one."""
        return int(self.listen.rpartition(":")[2])

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by HTTPS (our own certificate or a proxy's)."""
        return self.origin.startswith("https://")

    @property
    def rp_id(self) -> str:
        """For which host passkeys are made (WebAuthn's relying party)."""
        return urlsplit(self.origin).hostname or ""

    @property
    def relay_url(self) -> str:
        """Address of the relay's WebSocket, on the same host and port as the pages."""
        return "ws" + self.origin.removeprefix("http") + "/relay"

    @property
    def programs(self) -> Path:
        """Folder with the customer's programs that the public page offers."""
        return self.data / "programs"


def names() -> list[str]:
    """Names of all settings, as written in the config file."""
    return [field.name for field in fields(Settings)]


def load(environment: Mapping[str, str] | None = None, config: Path | None = None) -> Settings:
    """Reads the config file (argument, else `BEISTAND_CONFIG`), then the environment over it, and checks the whole.

    Raises SettingsError with one sentence for unknown names, wrong values and unsafe combinations.
    """
    variables = os.environ if environment is None else environment
    chosen = config or (Path(variables[CONFIG_VARIABLE]) if variables.get(CONFIG_VARIABLE) else None)
    values = _from_file(chosen) if chosen else {}
    values.update(_from_environment(variables))
    return _checked(values)


def _from_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"The config file {path} cannot be read ({error.strerror}): correct its path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The config file {path} is not valid TOML: {error}.") from None
    unknown = sorted(set(values) - set(names()))
    if unknown:
        raise SettingsError(f"The config file {path} has an unknown setting {unknown[0]!r}: see docs/operating.md.")
    return values


def _from_environment(variables: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for variable, text in variables.items():
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in names():
            raise SettingsError(f"The environment has an unknown setting {variable}: see docs/operating.md.")
        values[name] = text
    return values


def _checked(values: dict[str, object]) -> Settings:
    listen = _listen(str(values.get("listen", Settings.listen)))
    data = Path(str(values.get("data", Settings.data))).expanduser()
    port = listen.rpartition(":")[2]
    settings = Settings(
        data=data,
        listen=listen,
        origin=_origin(str(values.get("origin", "") or f"http://localhost:{port}")),
        tls_certificate=str(values.get("tls_certificate", "")),
        tls_key=str(values.get("tls_key", "")),
        trusted_proxy=str(values.get("trusted_proxy", "")),
        number_seconds=_whole("number_seconds", values, Settings.number_seconds, 60, 600),
        session_hours=_whole("session_hours", values, Settings.session_hours, 1, 12),
        database=_database(str(values.get("database", "")), data),
        security_contact=_contact(str(values.get("security_contact", ""))),
        smtp_host=str(values.get("smtp_host", "")),
        smtp_port=_whole("smtp_port", values, Settings.smtp_port, 1, 65_535),
        smtp_security=str(values.get("smtp_security", Settings.smtp_security)),
        smtp_user=str(values.get("smtp_user", "")),
        smtp_password=str(values.get("smtp_password", "")),
        smtp_from=str(values.get("smtp_from", "")),
    )
    _refuse_unsafe(settings)
    _refuse_mail(settings)
    return settings


def _refuse_mail(settings: Settings) -> None:
    if settings.smtp_security not in ("starttls", "tls", "none"):
        raise SettingsError(f"smtp_security must be starttls, tls or none, not {settings.smtp_security!r}.")
    if not settings.smtp_host:
        return
    if "@" not in settings.smtp_from:
        raise SettingsError("smtp_from must be the address from which mails are sent, when smtp_host is set.")
    is_far = settings.smtp_host not in LOCAL_NAMES
    if settings.smtp_security == "none" and is_far:
        raise SettingsError("smtp_security none is for a mail server on this computer alone: use starttls or tls.")


def _refuse_unsafe(settings: Settings) -> None:
    """S43: HTTPS only; plain HTTP on this computer alone."""
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise SettingsError("tls_certificate and tls_key belong together: set both or none.")
    if settings.is_https:
        return
    if urlsplit(settings.origin).hostname not in LOCAL_NAMES:
        raise SettingsError(f"origin {settings.origin} must begin with https://: plain HTTP is for localhost alone.")
    if settings.tls_certificate:
        raise SettingsError(f"origin {settings.origin} must begin with https:// when tls_certificate is set.")
    if settings.host not in LOCAL_NAMES:
        raise SettingsError(
            f"listen {settings.listen} would offer plain HTTP to the network: set origin to your https:// address."
        )


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise SettingsError(f"listen {text!r} must be address:port, for example 127.0.0.1:8800.")
    return text


def _database(text: str, data: Path) -> str:
    """Checked here in form alone: whether it answers is known when it is opened."""
    if not text:
        return f"sqlite:///{data}/beistand.sqlite"
    try:
        parse(text)
    except UrlError as error:
        raise SettingsError(str(error)) from None
    return text


def _origin(text: str) -> str:
    wrong = SettingsError(f"origin {text!r} must be scheme://host[:port], for example https://help.example.com.")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise wrong from None
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not parts.hostname or has_more:
        raise wrong
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _contact(text: str) -> str:
    """RFC 9116, 2.5.3: a URI; web addresses by HTTPS alone. It becomes a line of a text, so no blanks or controls."""
    is_plain = text.isascii() and text.isprintable() and " " not in text
    is_known = re.fullmatch(r"mailto:[^@]+@[^@]+|https://[^/]+.*|tel:\+?[0-9-]+", text) is not None
    if text and not (is_plain and is_known):
        raise SettingsError(f"security_contact {text!r} must be mailto:name@host, https://host/page or tel:+number.")
    return text


def _whole(name: str, values: dict[str, object], default: int, low: int, high: int) -> int:
    text = str(values.get(name, default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)
