"""The floor for mail: a mail server that takes everything and keeps nothing, as fast as Python lets it."""

import socket
import sys

_END = b"\r\n.\r\n"
_SAID = {b"DATA": b"354 go on\r\n", b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n", b"QUIT": b"221 bye\r\n"}


def _talk(link: socket.socket) -> None:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(b"220 sink\r\n")
    come, inside = b"", False
    while piece := link.recv(262_144):
        come += piece
        while inside or b"\n" in come:
            if inside:
                at = come.find(_END)
                if at < 0:
                    break
                come, inside = come[at + len(_END) :], False
                link.sendall(b"250 taken\r\n")
                continue
            line, _, come = come.partition(b"\n")
            word = line[:4].upper()
            inside = word == b"DATA"
            link.sendall(_SAID.get(word, b"250 OK\r\n"))


def main() -> None:
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
        while True:
            link, _ = server.accept()
            with link:
                _talk(link)


main()
