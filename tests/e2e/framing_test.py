"""Framing beside two other servers: mutated requests go to our HTTP server, to nginx and to haproxy, the last two with our
server behind them. Where two of them accept, they must have understood the same method, target and body, and as many
requests; else one could smuggle past the other. AGT_SOAK=1 tries 20,000 mutants."""
import asyncio
import os
import pathlib
import random
import re
import shutil
import unittest

from harness import AGT, CleanCase, Folders, Program, clean_environment, wait_until
import socket

ECHO = pathlib.Path(AGT).parent / "src" / "net" / "net_echo"
SEED = int(os.environ.get("AGT_SEED", "20261123"))
MUTANTS = 20_000 if os.environ.get("AGT_SOAK") else 1_500
AT_A_TIME = 24
PATIENCE_S = 0.4
HEAD_ANSWER = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r]*\r\n(.*?)\r\n\r\n", re.DOTALL)

NGINX = """
daemon off; master_process off; worker_processes 1; error_log {folder}/error.log crit; pid {folder}/pid;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; merge_slashes off; location / {{ proxy_pass http://127.0.0.1:{echo}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection ""; }} }}
}}
"""
HAPROXY = """
global
  maxconn 512
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 2s
  timeout http-request 5s
listen all
  bind 127.0.0.1:{port}
  server echo 127.0.0.1:{echo}
"""


def seeds():
    host = b"host: h\r\n"
    end = b"GET /last HTTP/1.1\r\n" + host + b"connection: close\r\n\r\n"
    firsts = [
        b"GET /a?b=c HTTP/1.1\r\n" + host + b"\r\n",
        b"POST /a HTTP/1.1\r\n" + host + b"content-length: 5\r\n\r\nhello",
        b"POST /a HTTP/1.1\r\n" + host + b"content-length: 44\r\n\r\nGET /in HTTP/1.1\r\nhost: h\r\nx: y\r\n\r\n12345678",
        b"POST /a HTTP/1.1\r\n" + host + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"PUT /a HTTP/1.1\r\n" + host + b"transfer-encoding: chunked\r\ntrailer: x\r\n\r\n3;a=b\r\nabc\r\na\r\n0123456789\r\n0\r\nx: y\r\n\r\n",
        b"POST /a HTTP/1.1\r\n" + host + b"content-length: 0\r\n\r\n",
        b"DELETE /%61%2F HTTP/1.1\r\n" + host + b"accept: */*\r\nx-long: " + b"v" * 60 + b"\r\n\r\n",
        b"POST /a HTTP/1.0\r\n" + host + b"connection: keep-alive\r\ncontent-length: 3\r\n\r\nabc",
    ]
    return [first + end for first in firsts]


TOKENS = [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b"\x0b", b":", b";", b",", b"0", b"5", b"a", b"+", b"-", b"0x", b"_", b"\xff", b"content-length: 3\r\n", b"content-length: 5\r\n", b"content-length: 0\r\n",
          b"transfer-encoding: chunked\r\n", b"transfer-encoding: identity\r\n", b"transfer-encoding: gzip\r\n", b"Transfer-Encoding : chunked\r\n", b"transfer-encoding:\tchunked\r\n", b" chunked\r\n", b", chunked",
          b"chunked, ", b"x: y\r\n", b"host: g\r\n", b"connection: close\r\n", b"connection: content-length\r\n", b"connection: transfer-encoding\r\n", b"expect: 100-continue\r\n", b"upgrade: x\r\nconnection: upgrade\r\n",
          b"0\r\n\r\n", b"1\r\nx\r\n", b"GET /in HTTP/1.1\r\nhost: h\r\n\r\n", b"HTTP/1.0", b"HTTP/1.1", b"http://h/", b"//", b"/../", b"%00", b"#", b"\\"]


def mutant(chance):
    data = bytearray(chance.choice(seeds()))
    end = data.rindex(b"GET /last")  # what stands behind stays as it is
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        at, kind = chance.randrange(end), chance.random()
        if kind < 0.45:
            token = chance.choice(TOKENS)
            if len(token) > 4 and chance.random() < 0.8:  # a field belongs at the beginning of a line
                lines = [match.end() for match in re.finditer(rb"\r\n", bytes(data[:end]))]
                at = chance.choice(lines or [at])
            data[at:at] = token
            end += len(token)
        elif kind < 0.6:
            del data[at]
            end -= 1
        elif kind < 0.75:
            data[at] = chance.randrange(256)
        elif kind < 0.9:
            size = min(chance.randrange(1, 12), end - at)
            data[at:at] = data[at:at + size]
            end += size
        else:
            data[at] ^= 0x20
        end = max(end, 1)
    return bytes(data)


async def ask(port, data):
    """What each answer says was understood, until one is not 200."""
    received = b""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(data)
        await writer.drain()
        while piece := await asyncio.wait_for(reader.read(65536), PATIENCE_S):
            received += piece
            if b"2f6c617374 \n" in received:  # the answer to /last, with no body
                break
    except (TimeoutError, asyncio.TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return understood(received)


def understood(received):
    said = []
    while match := HEAD_ANSWER.match(received):
        received = received[match.end():]
        if match[1] == b"100":
            continue
        if match[1] != b"200":
            break
        fields = match[2].lower()
        length = re.search(rb"content-length: (\d+)", fields)
        if b"transfer-encoding: chunked" in fields:
            size, _, rest = received.partition(b"\r\n")
            count = int(size or b"0", 16)
            body, received = rest[:count], rest[count + 2:].partition(b"0\r\n\r\n")[2]
        else:
            count = int(length[1]) if length else len(received)
            body, received = received[:count], received[count:]
        said.append(body.decode("latin-1").rstrip("\n"))
    return said


def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(number):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", number)) == 0


class Framing(CleanCase):
    def setUp(self):
        for needed in ("nginx", "haproxy"):
            if shutil.which(needed, path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
                self.skipTest(f"{needed} is not installed")
        self.folder = Folders.new()
        self.echo = Program([str(ECHO)], clean_environment())
        self.ports = {"ours": int(self.echo.line_with("listening on").split()[-1]), "nginx": port(), "haproxy": port()}
        self.programs = [self.echo]
        for name, config, command in (("nginx", NGINX, ["/usr/sbin/nginx", "-c"]), ("haproxy", HAPROXY, ["/usr/sbin/haproxy", "-q", "-f"])):
            file = self.folder / (name + ".conf")
            file.write_text(config.format(folder=self.folder, port=self.ports[name], echo=self.ports["ours"]))
            self.programs.append(Program([*command, str(file)], clean_environment()))
            wait_until(lambda name=name: listening(self.ports[name]), 10, f"{name} listens")

    def tearDown(self):
        for program in getattr(self, "programs", []):
            program.kill()
        if hasattr(self, "folder"):
            Folders.drop(self.folder)

    def test_whoever_accepts_understands_the_same(self):
        told = asyncio.run(self.compare())
        print(f"{MUTANTS} mutants from seed {SEED}: {told}", flush=True)
        self.assertGreater(told["both accepted"], MUTANTS // 20, "hardly anything was compared")

    async def compare(self):
        chance, turn = random.Random(SEED), asyncio.Semaphore(AT_A_TIME)
        told = {"both accepted": 0, "only another accepted": 0, "only we accepted": 0}
        for name, number in self.ports.items():
            plain = await ask(number, seeds()[3])
            self.assertEqual(plain, ["POST 2f61 68656c6c6f", "GET 2f6c617374 "], f"{name} works")

        async def one(data):
            async with turn:
                # One after the other: through the other two, our own server is asked again.
                answers = {name: await ask(number, data) for name, number in self.ports.items()}
            ours = answers.pop("ours")
            for name, theirs in answers.items():
                self.weigh(told, name, data, ours, theirs)
        for begin in range(0, MUTANTS, 500):
            await asyncio.gather(*(one(mutant(chance)) for _ in range(begin, min(begin + 500, MUTANTS))))
        return told

    def weigh(self, told, name, data, ours, theirs):
        if ours and theirs:
            told["both accepted"] += 1
        elif theirs:
            told["only another accepted"] += 1
        elif ours:
            told["only we accepted"] += 1
        for mine, its in zip(ours or [], theirs or []):
            self.assertEqual(normal(mine), normal(its), f"we and {name} disagree about {data!r}: {ours} and {theirs}")
        # Whoever stopped earlier refused, closed or waits: that is no disagreement. A request that stands inside
        # another's body is one.
        for request in (ours or [])[len(theirs or []):] + (theirs or [])[len(ours or []):]:
            if theirs and ours and b"GET /in" not in data:
                self.assertNotIn("2f696e", request.split(" ")[1], f"{name}: {data!r}")


def normal(said):
    """nginx sends the path of an absolute target only."""
    method, target, body = said.split(" ", 2)
    text = bytes.fromhex(target).decode("latin-1")
    return method, re.sub(r"^https?://[^/]*", "", text), body


if __name__ == "__main__":
    unittest.main(verbosity=2)
