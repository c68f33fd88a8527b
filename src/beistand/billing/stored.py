"""A document and its time sheet as JSON, and the document back: what an invoice was, kept beside its files. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from beistand.billing.invoice import Buyer, Document, Line, Preceding, Seller
from beistand.billing.timesheet import TimeSheet


def as_json(value: Document | TimeSheet) -> str:
    """The value as JSON with sorted keys; days and instants in ISO 8601."""
    data = asdict(value)
    if isinstance(value, Document):
        data["rest_before"] = [[category, bp, cents] for (category, bp), cents in value.rest_before.items()]
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=_plain)


def document_from(text: str) -> Document:
    """The document that `as_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    preceding = data["preceding"]
    return Document(
        **{
            **data,
            "issued": date.fromisoformat(data["issued"]),
            "due": date.fromisoformat(data["due"]),
            "starts": date.fromisoformat(data["starts"]),
            "ends": date.fromisoformat(data["ends"]),
            "seller": Seller(**data["seller"]),
            "buyer": Buyer(**data["buyer"]),
            "lines": tuple(_line(each) for each in data["lines"]),
            "preceding": Preceding(preceding["number"], date.fromisoformat(preceding["issued"])) if preceding else None,
            "rest_before": {(category, bp): cents for category, bp, cents in data["rest_before"]},
        }
    )


def _line(data: dict[str, Any]) -> Line:
    known = {field.name for field in fields(Line)}
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("starts", "ends")}
    return Line(**{**{k: v for k, v in data.items() if k in known}, **days, "vat_key": tuple(data["vat_key"])})


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a stored invoice")
