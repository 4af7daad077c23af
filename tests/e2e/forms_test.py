"""Endpoints that take files: speech to text, edits and variations of pictures. Their bytes pass; only a model is renamed."""
import hashlib
import os

from harness import OPENAI, TO, WithGateway, main

BOUNDARY = "--------------------------d74496d66958873e"
AUDIO = b"RIFF\x00\xff\r\n--" + BOUNDARY[:10].encode() + b"\r\n\r\n" + bytes(range(256)) * 40
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SPEECH = "/v1/audio/transcriptions"


def form(*parts, end=True):
    """(name, value) or (name, file name, bytes) → a body; the headers are those of curl."""
    out = b""
    for name, *rest in parts:
        out += f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"".encode()
        if len(rest) == 2:
            out += f"; filename=\"{rest[0]}\"\r\nContent-Type: application/octet-stream".encode()
        value = rest[-1]
        out += b"\r\n\r\n" + (value.encode() if isinstance(value, str) else value) + b"\r\n"
    return out + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


class Forms(WithGateway):
    @classmethod
    def routes(cls):
        return [*super().routes(), ("speech", "openai-compatible/whisper-1")]

    def post(self, path, body, content_type=f"multipart/form-data; boundary={BOUNDARY}", **more):
        return self.gateway.call("POST", path, body, {**OPENAI, "content-type": content_type, **more})

    def speech(self, model, *more, path=SPEECH):
        return self.post(path, form(("file", "a.wav", AUDIO), ("model", model), *more))

    def test_speech_passes_and_only_the_model_is_renamed(self):
        for path, verb in ((SPEECH, "Heard"), ("/v1/audio/translations", "Translated")):
            with self.subTest(path):
                parts = (("prompt", "names: \u00c9va"), ("file", "a.wav", AUDIO), ("response_format", "json"))
                sent = form(*parts[:2], ("model", "speech"), parts[2])
                reply = self.post(path, sent)
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual(reply.json()["text"], f"{verb} {len(AUDIO)} bytes of a.wav.")
                got = self.sim.last()
                self.assertEqual((got["path"], got["headers"]["content-type"]), (path, f"multipart/form-data; boundary={BOUNDARY}"))
                renamed = form(*parts[:2], ("model", "whisper-1"), parts[2])
                self.assertEqual((got["body_bytes"], got["body_sha256"]), (len(renamed), hashlib.sha256(renamed).hexdigest()))
                trace = self.gateway.trace(reply)
                self.assertEqual((trace["model"], trace["attempts"][0]["lane"], trace["usage"]["input"]), ("speech", "passthrough", 14))

    def test_a_body_of_a_model_that_keeps_its_name_is_not_touched(self):
        sent = form(("file", "a.wav", AUDIO), ("model", "openai-compatible/whisper-1"))
        self.assertEqual(self.post(SPEECH, sent).status, 200)
        self.gateway.route("whisper-2", "openai-compatible/*")
        sent = form(("file", "a.wav", AUDIO), ("model", "whisper-2"))
        self.assertEqual(self.post(SPEECH, sent).status, 200)
        self.assertEqual(self.sim.last()["body_sha256"], hashlib.sha256(sent).hexdigest())

    def test_answers_that_are_no_json_pass_too(self):
        for kind in ("text", "srt", "verbose_json"):
            reply = self.speech("speech", ("response_format", kind))
            self.assertEqual(reply.status, 200, reply)
            self.assertIn("Heard", reply.text())
            self.assertEqual("json" in reply.headers["content-type"], kind == "verbose_json")

    def test_speech_streams(self):
        reply = self.speech("speech", ("stream", "true"))
        self.assertEqual(reply.status, 200, reply)
        events = [e for _, e in reply.events()]
        self.assertEqual(events[-1]["type"], "transcript.text.done")
        self.assertEqual("".join(e["delta"] for e in events[:-1]), events[-1]["text"])
        trace = self.gateway.trace(reply)
        self.assertEqual((trace["status"], trace["stream"], trace["usage"]["output"]), (200, True, 5))
        self.assertEqual(trace.get("error"), None, trace)

    def test_a_stream_that_is_cut_is_told(self):
        self.sim.script({"truncate_at": 900}, model="whisper-1")
        reply = self.speech("speech", ("stream", "true"))
        self.assertEqual(reply.status, 200, reply)
        self.assertIn("error", reply.events()[-1][1])

    def test_pictures(self):
        edit = (("image[]", "a.png", PICTURE), ("image[]", "b.png", PICTURE), ("prompt", "a cat"), ("model", "speech"))
        reply = self.post("/v1/images/edits", form(*edit))
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.json()["data"][0]["b64_json"].startswith("iVBOR"))
        reply = self.post("/v1/images/variations", form(("image", "a.png", PICTURE), ("model", "speech")))
        self.assertEqual(reply.status, 200, reply)
        for path, body in (("/v1/images/edits", form(*edit, ("stream", "true"))), ("/v1/images/generations", {"model": "speech", "prompt": "x", "stream": True})):
            reply = self.post(path, body, "application/json" if isinstance(body, dict) else f"multipart/form-data; boundary={BOUNDARY}")
            self.assertEqual(reply.status, 200, reply)
            self.assertEqual([e["type"].split(".")[1] for _, e in reply.events()], ["partial_image", "completed"])
            self.assertEqual(self.gateway.trace(reply).get("error"), None)

    def test_another_account_is_asked_when_one_is_limited(self):
        self.sim.script({"status": 429, "body": {"error": {"message": "slow", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}}, model="whisper-1")
        reply = self.speech("speech")
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(len(self.gateway.trace(reply)["attempts"]), 2)

    def test_providers_without_it_say_so(self):
        for model in (TO["anthropic"], TO["gemini"], "demo"):
            for path, word in ((SPEECH, "transcription"), ("/v1/images/edits", "edits"), ("/v1/images/variations", "variations")):
                with self.subTest(f"{model} {path}"):
                    reply = self.post(path, form(("file", "a", AUDIO), ("model", model)))
                    self.assertEqual(reply.status, 404, reply)
                    self.assertIn(word, reply.json()["error"]["message"])
        self.assertEqual(self.sim.log(), [])

    def test_bad_forms_are_refused_before_anybody_is_asked(self):
        file = ("file", "a.wav", AUDIO)
        rows = ((form(file), "model", 400), (form(file, ("model", "a"), ("model", "b")), "model", 400), (form(file, ("model", "")), "model", 400),
                (form(("model", "m", b"x")), "model", 400), (form(file, ("model", "x" * 300)), "model", 400),
                (form(file, ("model", "speech"), end=False), "body", 400), (b"", "body", 400), (b"{}", "body", 400),
                (form(*[(f"f{n}", "x") for n in range(70)]), "body", 400), (os.urandom(5000), "body", 400))
        for body, field, status in rows:
            with self.subTest(f"{field} {body[-60:]!r}"):
                reply = self.post(SPEECH, body)
                self.assertEqual((reply.status, reply.json()["error"]["param"]), (status, field), reply)
        self.assertEqual(self.post(SPEECH, form(file, ("model", "speech")), "application/json").status, 415)
        self.assertEqual(self.post(SPEECH, form(file, ("model", "speech")), "multipart/form-data").status, 400)
        self.assertEqual(self.post("/v1/chat/completions", form(file, ("model", "speech"))).status, 415)
        self.assertEqual(self.post(SPEECH, form(file, ("model", "speech")), origin="http://evil.example").status, 403)
        self.assertEqual(self.gateway.call("GET", SPEECH, headers=OPENAI).status, 405)
        self.assertEqual(self.sim.log(), [])

    def test_what_the_upstream_refuses_comes_back_as_it_is(self):
        reply = self.post(SPEECH, form(("model", "speech")))
        self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, "file"), reply)

    def test_a_kept_form_can_be_looked_at(self):
        self.gateway.admin_call("PATCH", "/api/v1/settings", {"logging.bodies": "all"})
        reply = self.speech("speech")
        kept = self.gateway.admin_call("GET", f"/api/v1/requests/{reply.headers['x-agt-trace']}/body/client")
        self.assertEqual(kept.status, 200, kept)
        self.assertIn("a.wav", kept.json()["body"])
        self.gateway.admin_call("PATCH", "/api/v1/settings", {"logging.bodies": None})


if __name__ == "__main__":
    main()
