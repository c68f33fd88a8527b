"""Two peers that talk through a relay of our making; deterministic randomness."""

import hashlib

from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.peer import CustomerPeer, Got, Outgoing, TechnicianPeer

CI = channel_identifier("https://example.org", "org-1", "123")


def randomness(seed: str):
    count = 0

    def random(n: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed} {count}".encode()).digest(n)

    return random


def peers(customer_secret="271828", technician_secret="271828"):
    customer = CustomerPeer(customer_secret, CI, b'{"version":"1"}', randomness("customer"))
    return customer, TechnicianPeer(technician_secret, CI, b'{"company":"Muster"}', randomness("technician"))


def deliver(sender, receiver, data, events=None):
    """Gives bytes to the receiver and its answers to the sender, until nobody has more to say."""
    events = events if events is not None else []
    for event in receiver.receive(data):
        if isinstance(event, Outgoing):
            deliver(receiver, sender, event.data, events)
        else:
            events.append(event)
    return events


def confirmed():
    customer, technician = peers()
    deliver(customer, technician, customer.start())
    assert customer.is_confirmed
    assert technician.is_confirmed
    return customer, technician


def messages_in(events):
    return [event.message for event in events if isinstance(event, Got)]
