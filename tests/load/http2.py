"""HTTP/2 by hand, as far as a hostile client needs it: it sends what it likes, frame by frame, and need not read what comes back."""
import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
CANCEL = struct.pack(">I", 8)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def field(name, value):
    """Of a header block (HPACK): as it stands, without a table. Neither is longer than 126 bytes."""
    return b"\0" + b"".join(bytes([len(word)]) + word for word in (name.encode(), value.encode()))


def headers(stream, path, more=(), flags=END_HEADERS):
    fields = ((":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "x"), ("content-type", "application/grpc"), ("te", "trailers"))
    return frame(HEADERS, flags, stream, b"".join(field(*one) for one in (*fields, *more)))


def message(stream, text, flags=0):
    """One gRPC message, in as many frames as it takes."""
    text = struct.pack(">BI", 0, len(text)) + text
    pieces = [text[at:at + 16384] for at in range(0, len(text), 16384)]
    return b"".join(frame(DATA, flags if piece is pieces[-1] else 0, stream, piece) for piece in pieces)


def settings(**values):
    names = {"header_table_size": 1, "max_concurrent_streams": 3, "initial_window_size": 4, "max_frame_size": 5}
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", names[name], value) for name, value in values.items()))


def connect(address, window=65535):
    """A connection on which each stream may answer so many bytes."""
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), 60)
    connection.sendall(PREFACE + settings(initial_window_size=window) + frame(SETTINGS, ACK))
    return connection


class Reader:
    """Takes the frames of a connection apart."""

    def __init__(self, connection):
        self.connection, self.bytes = connection, b""

    def frame(self):
        """Kind, flags, stream and payload; None at the end."""
        while len(self.bytes) < 9 or len(self.bytes) < 9 + self.size():
            try:
                more = self.connection.recv(1 << 16)
            except ConnectionError:
                return None
            if not more:
                return None
            self.bytes += more
        kind, flags, stream = struct.unpack(">BBI", self.bytes[3:9])
        payload, self.bytes = self.bytes[9:9 + self.size()], self.bytes[9 + self.size():]
        return kind, flags, stream, payload

    def size(self):
        return int.from_bytes(self.bytes[:3], "big")
