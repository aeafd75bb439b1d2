"""Client of overdracht. Begin with `connect`; docs/first-handover.md tells the whole story."""
from overdracht.book import Book
from overdracht.client import Client, Refused, Tls, connect

__all__ = ["Book", "Client", "Refused", "Tls", "connect"]
