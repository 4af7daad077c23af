"""Requests that two HTTP readers could understand differently, as bytes, with what is right. From RFC 9110 and 9112, from
the advisories of other servers, and from what parsers were seen to accept. HOST stands for the gateway's own address.

Each row: name, bytes, the statuses that may come back, one set for each answer, in order. As many answers come as there
are sets, never more; after a refusal the connection is closed.
"""

OK, BAD, TOO_LARGE, NO_METHOD = {200}, {400}, {413}, {405}
GET = b"GET /healthz HTTP/1.1\r\nhost: HOST\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\n"
BODY = b'{"model":"demo","messages":[{"role":"user","content":"Hi"}]}'
LENGTH = b"content-length: %d\r\n" % len(BODY)
# What a smuggler would like to have answered too.
INNER = b"GET /healthz HTTP/1.1\r\nhost: HOST\r\nx-inner: 1\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n"


def chunked(*chunks, trailer=b"", end=b"0\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end + trailer + b"\r\n"


def field(line):
    """A GET with this line in its head, and another request behind it."""
    return GET + line + b"\r\n\r\n" + INNER


def framed(lines, body=BODY):
    return POST + lines + b"\r\n" + body + INNER


def line(request_line, host=b"host: HOST\r\n"):
    return request_line + b"\r\n" + host + b"\r\n" + INNER


TE = b"transfer-encoding: "
CL = b"content-length: "
CH = TE + b"chunked\r\n"

REQUEST_LINES = [
    ("no version", line(b"GET /healthz"), [BAD]),
    ("two spaces", line(b"GET  /healthz HTTP/1.1"), [BAD]),
    ("a tab between", line(b"GET\t/healthz\tHTTP/1.1"), [BAD]),
    ("a space at the end", line(b"GET /healthz HTTP/1.1 "), [BAD]),
    ("a space at the beginning", b" " + GET + b"\r\n", [BAD]),
    ("four words", line(b"GET /healthz x HTTP/1.1"), [BAD]),
    ("HTTP/1.2", line(b"GET /healthz HTTP/1.2"), [{400, 505}]),
    ("HTTP/2.0", line(b"GET /healthz HTTP/2.0"), [{400, 505}]),
    ("HTTP/11", line(b"GET /healthz HTTP/11"), [{400, 505}]),
    ("HTTP/1.", line(b"GET /healthz HTTP/1."), [{400, 505}]),
    ("HTTP/1.10", line(b"GET /healthz HTTP/1.10"), [{400, 505}]),
    ("HTTP/01.1", line(b"GET /healthz HTTP/01.1"), [{400, 505}]),
    ("http/1.1", line(b"GET /healthz http/1.1"), [{400, 505}]),
    ("HTTPS/1.1", line(b"GET /healthz HTTPS/1.1"), [{400, 505}]),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [{400, 405, 505}]),
    ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 60, [BAD]),
    ("a method in small letters", line(b"get /healthz HTTP/1.1"), [{400, 405, 501}]),
    ("a method that nobody knows", line(b"BREW /healthz HTTP/1.1"), [{405, 501}]),
    ("a method with a bad character", line(b"GE!T /healthz HTTP/1.1"), [{400, 405, 501}]),
    ("a method with a bracket", line(b"GE[T /healthz HTTP/1.1"), [BAD]),
    ("a method of 64 KB", line(b"A" * 65536 + b" / HTTP/1.1"), [{400, 405, 414, 431, 501}]),
    ("TRACE", line(b"TRACE /healthz HTTP/1.1"), [NO_METHOD]),
    ("CONNECT", line(b"CONNECT HOST HTTP/1.1"), [{400, 405}]),
    ("an absolute target of another host", line(b"GET http://evil.example/healthz HTTP/1.1"), [{400, 403, 421}]),
    ("an absolute target of our own", line(b"GET http://HOST/healthz HTTP/1.1"), [BAD]),
    ("a target without a slash", line(b"GET healthz HTTP/1.1"), [BAD]),
    ("a star", line(b"GET * HTTP/1.1"), [BAD]),
    ("an empty target", line(b"GET  HTTP/1.1"), [BAD]),
    ("a control character in the target", line(b"GET /heal\x01thz HTTP/1.1"), [BAD]),
    ("a NUL in the target", line(b"GET /healthz\x00x HTTP/1.1"), [BAD]),
    ("raw UTF-8 in the target", line("GET /héalthz HTTP/1.1".encode()), [BAD]),
    ("a fragment", line(b"GET /healthz#x HTTP/1.1"), [BAD]),
    ("an encoded NUL", line(b"GET /healthz%00 HTTP/1.1"), [{400, 404}]),
    ("an encoded slash", line(b"GET /v1%2fmodels HTTP/1.1"), [{400, 404}]),
    ("an encoded backslash", line(b"GET /v1%5cmodels HTTP/1.1"), [{400, 404}]),
    ("a bad escape", line(b"GET /%zz HTTP/1.1"), [{400, 404}]),
    ("half an escape", line(b"GET /healthz% HTTP/1.1"), [{400, 404}]),
    ("encoded twice", line(b"GET /%2568ealthz HTTP/1.1"), [{400, 404}]),
    ("dots", line(b"GET /x/../healthz HTTP/1.1"), [{400, 404}]),
    ("encoded dots", line(b"GET /x/%2e%2e/healthz HTTP/1.1"), [{400, 404}]),
    ("a backslash", line(b"GET /x\\..\\healthz HTTP/1.1"), [{400, 404}]),
    ("a semicolon", line(b"GET /healthz;x=1 HTTP/1.1"), [{400, 404}]),
    ("two slashes", line(b"GET //healthz HTTP/1.1"), [{400, 404}]),
    ("a target of 9 KB", line(b"GET /" + b"a" * 9000 + b" HTTP/1.1"), [{414}]),
    ("a bare CR in the request line", b"GET /healthz\r HTTP/1.1\r\nhost: HOST\r\n\r\n", [BAD]),
    ("bare LFs", b"GET /healthz HTTP/1.1\nhost: HOST\n\n" + INNER, [BAD]),
    ("an LF after the request line", b"GET /healthz HTTP/1.1\nhost: HOST\r\n\r\n" + INNER, [BAD]),
    ("CR CR LF", b"GET /healthz HTTP/1.1\r\r\nhost: HOST\r\n\r\n" + INNER, [BAD]),
]

FIELDS = [
    ("no host", b"GET /healthz HTTP/1.1\r\n\r\n" + INNER, [BAD]),
    ("no host in HTTP/1.0", b"GET /healthz HTTP/1.0\r\n\r\n" + INNER, [BAD]),
    ("an empty host", b"GET /healthz HTTP/1.1\r\nhost:\r\n\r\n" + INNER, [BAD]),
    ("two hosts", field(b"host: HOST"), [BAD]),
    ("another host behind", field(b"Host: evil.example"), [BAD]),
    ("a foreign host", b"GET /healthz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n", [{403, 421}]),
    ("a folded host", b"GET /healthz HTTP/1.1\r\nhost: HOST\r\n .evil.example\r\n\r\n" + INNER, [BAD]),
    ("a folded field", field(b"x: a\r\n b"), [BAD]),
    ("a folded field with a tab", field(b"x: a\r\n\tb"), [BAD]),
    ("a folded first field", b"GET /healthz HTTP/1.1\r\n host: HOST\r\n\r\n" + INNER, [BAD]),
    ("a folded length", framed(b"content-length:\r\n 5\r\n"), [BAD]),
    ("a folded coding", framed(TE + b"\r\n chunked\r\n", chunked(BODY)), [BAD]),
    ("a space before the colon", field(b"x : b"), [BAD]),
    ("a tab before the colon", field(b"x\t: b"), [BAD]),
    ("a length with a space before its colon", framed(b"content-length : 5\r\n"), [BAD]),
    ("a coding with a space before its colon", framed(b"transfer-encoding : chunked\r\n", chunked(BODY)), [BAD]),
    ("a line without a colon", field(b"nonsense"), [BAD]),
    ("an empty name", field(b": x"), [BAD]),
    ("a name with a bracket", field(b"x[y: z"), [BAD]),
    ("a name with a quote", field(b'"host": z'), [BAD]),
    ("a name with a space", field(b"x y: z"), [BAD]),
    ("a name with a NUL", field(b"x\x00y: z"), [BAD]),
    ("a name with UTF-8", field("é: z".encode()), [BAD]),
    ("a NUL in a value", field(b"x: a\x00b"), [BAD]),
    ("a bare CR in a value", field(b"x: a\rb"), [BAD]),
    ("a bare CR before the LF", field(b"x: a\r"), [BAD]),
    ("a bare LF in a value", field(b"x: a\nb: c"), [BAD]),
    ("an escape character in a value", field(b"x: a\x1bb"), [BAD]),
    ("a DEL in a value", field(b"x: a\x7fb"), [BAD]),
    ("a vertical tab before a coding", framed(TE + b"\x0bchunked\r\n", chunked(BODY)), [BAD]),
    ("two keys", field(b"authorization: Bearer a\r\nauthorization: Bearer b"), [BAD]),
    ("two x-api-keys", field(b"x-api-key: a\r\nx-api-key: b"), [BAD]),
    ("two x-goog-api-keys", field(b"x-goog-api-key: a\r\nx-goog-api-key: b"), [BAD]),
    ("two origins", field(b"origin: http://HOST\r\norigin: null"), [BAD]),
    ("two content types", framed(b"content-type: text/plain\r\n" + LENGTH), [BAD]),
    ("a length with underscores", framed(b"content_length: 5\r\n" + LENGTH), [BAD]),
    ("a coding with underscores", framed(b"transfer_encoding: chunked\r\n" + LENGTH), [BAD]),
    ("a key with underscores", field(b"x_api_key: a"), [BAD]),
    ("101 fields", GET + b"".join(b"x-%d: y\r\n" % i for i in range(101)) + b"\r\n" + INNER, [{431}]),
    ("12,000 small fields", GET + b"a:\r\n" * 12000 + b"\r\n" + INNER, [{431}]),
    ("a field of 40 KB", field(b"x: " + b"y" * 40000), [{431}]),
    ("a name of 40 KB", field(b"x" * 40000 + b": y"), [{431}]),
    ("bytes above ASCII in a value", GET + b"x: caf\xe9\r\nconnection: close\r\n\r\n", [OK]),
    ("an empty value", GET + b"x:\r\nconnection: close\r\n\r\n", [OK]),
    ("white space around a value", GET + b"x:  \t y \t \r\nconnection: close\r\n\r\n", [OK]),
    ("an empty line before", b"\r\n" + LAST, [OK]),
]

FRAMING = [
    ("a length and chunks", framed(LENGTH + CH, chunked(BODY)), [BAD]),
    ("chunks and a length", framed(CH + LENGTH, chunked(BODY)), [BAD]),
    ("length 0 and chunks", framed(CL + b"0\r\n" + CH, chunked(BODY)), [BAD]),
    ("two lengths that differ", framed(CL + b"5\r\n" + CL + b"6\r\n"), [BAD]),
    ("two equal lengths", framed(LENGTH + LENGTH), [BAD]),
    ("a list of equal lengths", framed(CL + b"%d, %d\r\n" % (len(BODY), len(BODY))), [BAD]),
    ("a list of lengths", framed(CL + b"5,6\r\n"), [BAD]),
    ("an empty length", framed(b"content-length:\r\n", b""), [BAD]),
    ("a length of white space", framed(b"content-length:   \r\n", b""), [BAD]),
    ("a negative length", framed(CL + b"-1\r\n", b""), [BAD]),
    ("a length with a plus", framed(CL + b"+%d\r\n" % len(BODY)), [BAD]),
    ("a hexadecimal length", framed(CL + b"0x3c\r\n"), [BAD]),
    ("a length with a point", framed(CL + b"60.0\r\n"), [BAD]),
    ("a length with an exponent", framed(CL + b"6e1\r\n"), [BAD]),
    ("a length with a space inside", framed(CL + b"6 0\r\n"), [BAD]),
    ("a length with an underscore", framed(CL + b"6_0\r\n"), [BAD]),
    ("a length in quotes", framed(CL + b'"60"\r\n'), [BAD]),
    ("a length with a comma at its end", framed(CL + b"60,\r\n"), [BAD]),
    ("a length in Arabic digits", framed(CL + "٦٠".encode() + b"\r\n"), [BAD]),
    ("a length of 2^64 + 60", framed(CL + b"18446744073709551676\r\n"), [{400, 413}]),
    ("a length of eleven digits", framed(CL + b"00000000060\r\n"), [BAD]),
    ("a length over the limit", POST + CL + b"9999999999\r\n\r\n", [TOO_LARGE]),
    ("gzip alone", framed(TE + b"gzip\r\n", chunked(BODY)), [{400, 501}]),
    ("gzip and a length", framed(TE + b"gzip\r\n" + LENGTH), [{400, 501}]),
    ("identity", framed(TE + b"identity\r\n" + LENGTH), [{400, 501}]),
    ("identity alone", framed(TE + b"identity\r\n"), [{400, 501}]),
    ("chunked, identity", framed(TE + b"chunked, identity\r\n", chunked(BODY)), [{400, 501}]),
    ("chunked twice", framed(TE + b"chunked, chunked\r\n", chunked(BODY)), [{400, 501}]),
    ("chunked in two fields", framed(CH + CH, chunked(BODY)), [{400, 501}]),
    ("gzip, chunked", framed(TE + b"gzip, chunked\r\n", chunked(BODY)), [{400, 501}]),
    ("xchunked", framed(TE + b"xchunked\r\n", chunked(BODY)), [{400, 501}]),
    ("chunked with a parameter", framed(TE + b"chunked;q=1\r\n", chunked(BODY)), [{400, 501}]),
    ("chunked in quotes", framed(TE + b'"chunked"\r\n', chunked(BODY)), [{400, 501}]),
    ("chunked with a comma", framed(TE + b"chunked,\r\n", chunked(BODY)), [{400, 501}]),
    ("a comma before chunked", framed(TE + b",chunked\r\n", chunked(BODY)), [{400, 501}]),
    ("an empty coding", framed(b"transfer-encoding:\r\n" + LENGTH), [{400, 501}]),
    ("chunks in HTTP/1.0", b"POST /v1/chat/completions HTTP/1.0\r\nhost: HOST\r\ncontent-type: application/json\r\n" + CH + b"\r\n" + chunked(BODY) + INNER, [{400, 501}]),
    ("chunked in capitals", POST + b"Transfer-Encoding: CHUNKED\r\n\r\n" + chunked(BODY) + LAST, [OK, OK]),
    ("chunks", POST + CH + b"\r\n" + chunked(BODY[:7], BODY[7:]) + LAST, [OK, OK]),
    ("a GET with a body", GET + CL + b"4\r\ncontent-type: application/json\r\n\r\nGET " + LAST, [OK, OK]),
    ("a GET with chunks", GET + CH + b"content-type: application/json\r\n\r\n" + chunked(b"GET / HTTP/1.1") + LAST, [OK]),  # unread, so closed
    ("a POST without a length", POST + b"\r\n" + LAST, [BAD, OK]),
]

CHUNKS = [
    ("a size that is no number", framed(CH, b"zz\r\n"), [BAD]),
    ("a size with 0x", framed(CH, b"0x5\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a size with a plus", framed(CH, b"+5\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a negative size", framed(CH, b"-5\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a size with a space before", framed(CH, b" 5\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a size with a space behind", framed(CH, b"5 \r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("an empty size", framed(CH, b"\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a size of 2^64", framed(CH, b"10000000000000000\r\n"), [{400, 413}]),
    ("a size of 2^64 + 5", framed(CH, b"10000000000000005\r\nhello\r\n0\r\n\r\n"), [{400, 413}]),
    ("a size of seventeen digits", POST + CH + b"\r\n" + b"%017x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) + LAST, [OK, OK]),
    ("a size of endless zeros", framed(CH, b"0" * 100_000 + b"5\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a chunk without its CRLF", framed(CH, b"5\r\nhello0\r\n\r\n"), [BAD]),
    ("a chunk that is longer than it says", framed(CH, b"3\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a bare LF behind a size", framed(CH, b"5\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a bare LF behind a chunk", framed(CH, b"5\r\nhello\n0\r\n\r\n"), [BAD]),
    ("a bare CR behind a size", framed(CH, b"5\rhello\r\n0\r\n\r\n"), [BAD]),
    ("a bare LF in an extension", framed(CH, b"5;x\ny\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("a NUL in an extension", framed(CH, b"5;a=\x00\r\nhello\r\n0\r\n\r\n"), [BAD]),
    ("an extension of 200 KB", framed(CH, b"5;" + b"x" * 200_000 + b"\r\nhello\r\n0\r\n\r\n"), [{400, 413, 431}]),
    ("a bare LF at the end", framed(CH, chunked(BODY, end=b"0\n")), [BAD]),
    ("trailers of 200 KB", framed(CH, chunked(BODY, trailer=b"x: " + b"y" * 200_000 + b"\r\n")), [{400, 413, 431}]),
    ("a folded trailer, thrown away like all", POST + CH + b"\r\n" + chunked(BODY, trailer=b"x: a\r\n b\r\n") + LAST, [OK, OK]),
    ("a short extension", POST + CH + b"\r\n" + b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) + LAST, [OK, OK]),
    ("a trailer", POST + CH + b"\r\n" + chunked(BODY, trailer=b"x-sum: 1\r\n") + LAST, [OK, OK]),
    ("sizes in capitals", POST + CH + b"\r\n" + b"%X\r\n%s\r\n000\r\n\r\n" % (len(BODY), BODY) + LAST, [OK, OK]),
]

CONNECTIONS = [
    ("three requests at once", POST + LENGTH + b"\r\n" + BODY + GET + b"\r\n" + LAST, [OK, OK, OK]),
    ("close, and something behind", GET + b"connection: close\r\n\r\n" + INNER, [OK]),
    ("close in a list", GET + b"connection: x-y, CLOSE\r\n\r\n" + INNER, [OK]),
    ("HTTP/1.0, and something behind", b"GET /healthz HTTP/1.0\r\nhost: HOST\r\n\r\n" + INNER, [OK]),
    ("an unmeetable expectation", framed(LENGTH + b"expect: the-impossible\r\n"), [{417}]),
    ("two expectations", framed(LENGTH + b"expect: 100-continue\r\nexpect: 100-continue\r\n"), [{400, 417}]),
    ("an expectation without a body", GET + b"expect: 100-continue\r\nconnection: close\r\n\r\n", [OK]),
    ("an expectation with the body behind it", POST + LENGTH + b"expect: 100-continue\r\n\r\n" + BODY + LAST, [{100, 200}, OK]),
    ("HEAD with a length that counts nothing", b"HEAD /healthz HTTP/1.1\r\nhost: HOST\r\n\r\n" + LAST, [OK, OK]),
    ("an upgrade to h2c", GET + b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n" + LAST, [OK, OK]),
    ("OPTIONS *", b"OPTIONS * HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n", [{200, 204, 400, 404, 405}]),
    ("half a head", b"GET /healthz HTTP/1.1\r\nhost: HO", []),
    ("nothing", b"\r\n", []),
    ("a refused request with a body behind it", b"POST /nowhere HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\n" + LENGTH + b"\r\n" + BODY + LAST, [{404}, OK]),
    ("a refused request with chunks behind it", b"POST /nowhere HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\n" + CH + b"\r\n" + chunked(INNER) + LAST, [{404}]),
]

VECTORS = [*REQUEST_LINES, *FIELDS, *FRAMING, *CHUNKS, *CONNECTIONS]
