"""What a session means, as a table {role: {state: {event: next}}}; what is missing is forbidden.

Pure. An interruption is no state: it is shown beside the state and changes no right. `ended` is never left again.
States: `confirmed`, `asked`, then `<mode>_<level>` (open, paused, curtain, resting; view, control, administer), at last
`ended`.
"""

from __future__ import annotations

from beistand.protocol.e2e.ends import HOST, TECHNICIAN, End, Table

MODES = ("open", "paused", "curtain", "resting")
LEVELS = ("view", "control", "administer")
RUNNING = tuple(f"{mode}_{level}" for mode in MODES for level in LEVELS)

# Events of the customer's own hand at the host; at the technician's end the same events arrive as messages.
CUSTOMER_EVENTS = frozenset(
    {"allow_view", "allow_control", "decline", "raise", "lower", "pause", "go_on", "curtain", "curtain_off"}
    | {"elevate", "lower_to_control", "charge_yes", "charge_no", "stop"}
)
# Events that the technician causes.
TECHNICIAN_EVENTS = frozenset({"ask", "ask_level", "ask_administer", "drop", "drop_to_control", "ask_charge", "leave"})


def _transitions(role: str) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {
        "confirmed": {"ask": "asked", "stop": "ended", "leave": "ended"},
        "asked": {
            "allow_view": "open_view",
            "allow_control": "open_control",
            "decline": "ended",
            "stop": "ended",
            "leave": "ended",
        },
        "ended": {},
    }
    for mode in MODES:
        for level in LEVELS:
            here = {"stop": "ended", "leave": "ended", "lower": f"{mode}_view", "drop": f"{mode}_view"}
            if level == "view":
                here["ask_level"] = f"{mode}_view"  # a question changes nothing; the answer is "raise" or silence
            here |= _administering(role, mode, level)
            if mode == "open":
                here |= {"pause": f"paused_{level}", "curtain": f"curtain_{level}", "ask_charge": f"resting_{level}"}
                if level != "administer":
                    here["raise"] = "open_control"
            if mode == "paused":
                here["go_on"] = f"open_{level}"
            if mode == "curtain":
                here["curtain_off"] = f"open_{level}"
            if mode == "resting":
                # A no means that the chargeable work is not done; both may go on with what was agreed, or end.
                here |= {"charge_yes": f"open_{level}", "charge_no": f"open_{level}"}
                if role == TECHNICIAN:
                    # What the customer did before our question arrived: it crossed with it and changes nothing.
                    here |= dict.fromkeys(("pause", "go_on", "curtain", "curtain_off"), f"resting_{level}")
                    if level != "administer":
                        here["raise"] = "resting_control"
            table[f"{mode}_{level}"] = here
    return table


def _administering(role: str, mode: str, level: str) -> dict[str, str]:
    """The step up to administer, and back to control. Between yes and `elevate` the system asks as well."""
    here = f"{mode}_{level}"
    if level == "administer":
        return {"lower_to_control": f"{mode}_control", "drop_to_control": f"{mode}_control"}
    # What the customer's end did before our drop arrived: it crossed with it and changes nothing.
    crossed = {"elevate": here, "lower_to_control": here} if role == TECHNICIAN else {}
    if level == "control":
        return crossed | {"ask_administer": here, "elevate": f"{mode}_administer"}
    return crossed


# The host follows its customer's hand, the technician's end what it is told.
TABLE: Table = {HOST: _transitions(HOST), TECHNICIAN: _transitions(TECHNICIAN)}


class Session(End):
    """One end's view of the session's state."""

    table = TABLE
    begins = "confirmed"
    is_in = "in state"
    customer_events, technician_events = CUSTOMER_EVENTS, TECHNICIAN_EVENTS

    @property
    def mode(self) -> str:
        """ "open", "paused", "curtain", "resting"; before consent and after the end the state itself."""
        return self.state.partition("_")[0]

    @property
    def level(self) -> int:
        """0 nothing agreed, 1 view, 2 control, 3 administer."""
        level = self.state.partition("_")[2]
        return LEVELS.index(level) + 1 if level else 0

    @property
    def may_show(self) -> bool:
        """Whether a picture may leave the host now."""
        return self.mode == "open"

    @property
    def may_control(self) -> bool:
        """Whether input may be injected now."""
        return self.state in ("open_control", "open_administer")

    @property
    def is_ended(self) -> bool:
        """Never to be revived."""
        return self.state == "ended"
