"""Values out of a Varve server on the same host, by mapping its memory read-only.

The bytes of a value are never copied through a socket: the server says where in its memory they lie
and holds them there for a while (a lease); this client copies them from there, or shows them in
place. The protocol is described in docs/local-protocol.md of Varve's repository.
"""
from .client import Busy, Client, Error, LeaseExpired, Refused, View

__all__ = ["Busy", "Client", "Error", "LeaseExpired", "Refused", "View"]
__version__ = "0.1.0"
