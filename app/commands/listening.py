"""The place a server is to listen at: taken or none of ours is said before it is started."""

import errno
import socket

from app.domain.errors import CmmError

_WHY = {
    errno.EADDRINUSE: "is in use: stop what runs there or choose another with {option}",
    errno.EACCES: "may not be used by you: choose one above 1023 with {option}",
}
_NOT_HERE = "can't be used: {host} is no address of this machine"


def must_be_free(host: str, port: int, option: str) -> None:
    """Raises CMM-6004. Asked by listening there for a moment: a server would fail in its own words."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            probe.bind(address)
            probe.listen()
    except OSError as problem:
        why = _WHY.get(problem.errno or 0, _NOT_HERE).format(host=host, option=option)
        raise CmmError("CMM-6004", f"Port {port} {why}.") from None
