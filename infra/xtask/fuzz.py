"""Fuzzes the REST side of a stack of its own: schemathesis over the OpenAPI document that the stack serves.

Usage: fuzz.py --local PARLANCE_LOCAL --bin-dir DIR --template FILE [--examples N] [--seed N] [--only ID …]

Every example goes out once per role, with that role's token. Most of the time names of path parameters, query
parameters and fields of the body (`room_id`, `message_id` …) get ids of a small world that is made over HTTP
first; the rest of an example is schemathesis' own, half of it within the schemas and half beyond. No answer may
be a 5xx, and each must be as documented: status, content type, headers, schema.

What is sent is the same on every run with the same seed, but for the ids of the world.
"""

import argparse
import base64
import collections
import contextlib
import copy
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zlib

import hypothesis
import requests
import schemathesis
from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# From the least to the most powerful: what the last may destroy was there for all others.
ROLES = ["anonymous", "stranger", "member", "admin", "owner", "moderator"]
# The site's moderator: such a name can only be registered before the deployment names it.
MODERATOR = "site_moderator"
# They change what everybody meets afterwards, so they come last.
LAST = {"block_user", "update_me"}
# They end sessions: a throw-away guest calls them in everybody's place.
ENDING = {"logout", "deactivate_me", "change_password", "end_session", "refresh"}
# After one of these succeeded, or any DELETE, the next example gets rooms of its own.
SPENDING = {"accept_invite", "add_member", "ban_member", "change_role", "join_room", "leave_room", "silence_member"}
# Where nearly all that is generated would be refused, so that nothing behind the check would ever be reached.
PLAIN = {
    "name": ["A room", "Ein Zimmer 🏠"],
    "content": ["Hello", "**Hello** @all `x` <b>", "x" * 10_001],
    "level": ["all", "mentions", "muted", None],
    "emoji": ["👍", "🎉"],
    "type": ["private", "public", "direct"],
    "role": ["admin", "member", "owner"],
    "filename": ["photo.png", "notes.pdf"],
    "mime_type": ["image/png"],
    "size": [96, 360, 1080],
    "q": ["hello", "look", "The", "from:me", "owner"],
    "from": ["2026-01-01", "2026-11-20T13:20:01.123Z"],
    "to": ["2030-01-01"],
    # Web Push is off here, so nothing is sent there. The keys are those of RFC 8291, appendix A.
    "endpoint": ["https://push.example.org/send/1", "https://push.example.org/send/2"],
    "keys": [
        {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        }
    ],
    "expiration_time": [None, 4102444800000],
    "has": ["links", "attachments", "links,attachments"],
}
PASSWORD = "correct horse battery"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
RANGES = ["bytes=0-0", "bytes=5-", "bytes=-3", "bytes=9-2", "bytes=999999-", "bytes=0-1,3-4", "lines=1", "", "bytes=-0"]
# How often an id is one of the world's, and no generated one; and how often one is put where none was generated.
REAL = 0.9
MORE = 0.5
# Forms that carry a file, which nothing generated would be.
FORM = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"p.png\"\r\ncontent-type: %b\r\n\r\n%b\r\n--b--\r\n"
FORMS = [FORM % (b"image/png", PIXEL), FORM % (b"text/html", b"<b>no</b>"), FORM[:40], b""]
TIMEOUT_SECONDS = 60
START_SECONDS = 120


class Stack:
    """parlance-local on a free port, with data that end with it."""

    def __init__(self, arguments, folder, parameters=()):
        self.log_path = os.path.join(folder, "stack.log")
        ready = os.path.join(folder, "ready.json")
        if os.path.exists(ready):
            os.remove(ready)
        command = [arguments.local, "--template", arguments.template, "--bin-dir", arguments.bin_dir]
        command += ["--data", os.path.join(folder, "data"), "--port", "0", "--ready-file", ready]
        for parameter in ["SendRateMax=100000", *parameters]:
            command += ["--param", parameter]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.http = self.ready(ready)
        except BaseException:
            self.stop()
            raise

    def ready(self, path):
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with open(path, encoding="utf-8") as file:
                    return json.load(file)["http"].rstrip("/")
            except (OSError, ValueError):
                if self.process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"parlance-local did not come up:\n{self.tail()}") from None
                time.sleep(0.05)

    def tail(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-30:])

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class World:
    """People, registered once, and a room with something of everything, made anew when it is used up."""

    def __init__(self, http):
        self.http = http
        self.session = requests.Session()
        self.number = 0
        self.people = {role: self.register(role) for role in ROLES[1:-1]}
        self.people["moderator"] = self.sign_in("login", MODERATOR, 200)
        self.people["victim"] = self.register("victim")
        self.guest = None
        self.ids = {}
        direct = self.post("owner", f"/users/{self.id('member')}/dm", expect=(200, 201))
        self.direct = direct["id"]
        self.direct_message = self.send("member", self.direct, "between two")
        self.invite_guest()
        self.furnish()

    def register(self, name):
        self.number += 1
        return self.sign_in("register", f"{name}_{self.number}", 201)

    def sign_in(self, how, username, status):
        body = {"username": username, "password": PASSWORD}
        return self.call("POST", f"/auth/{how}", None, body, (status,)) | {"username": username}

    def call(self, method, path, token, body=None, expect=(200,), **more):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        url = self.http + path
        more = {"json": body} | more if body is not None else more
        answer = self.session.request(method, url, headers=headers, timeout=TIMEOUT_SECONDS, **more)
        if answer.status_code not in expect:
            raise SystemExit(f"the world could not be made: {method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def post(self, role, path, body=None, expect=(201,), method="POST", **more):
        return self.call(method, path, self.people[role]["token"], body, expect, **more)

    def id(self, role):
        return self.people[role]["user"]["id"]

    def send(self, role, room, content, **more):
        return self.post(role, f"/rooms/{room}/messages", {"content": content, **more})["id"]

    def upload(self, role, name, kind, content):
        files = {"file": (name, content, kind)}
        return self.post(role, "/attachments/upload", files=files, expect=(200, 201))["id"]

    def invite_guest(self):
        """A throw-away user; the last one's session is over, or may be."""
        self.guest = self.register("guest")

    def furnish(self):
        room = self.post("owner", "/rooms", {"type": "private", "name": "The room"})["id"]
        public = self.post("owner", "/rooms", {"type": "public", "name": "Open to all"})["id"]
        for role in ["admin", "member", "victim"]:
            body = {"user_id": self.id(role)}
            self.post("owner", f"/rooms/{room}/members", body, expect=(200, 201))
        body = {"role": "admin"}
        self.post("owner", f"/rooms/{room}/members/{self.id('admin')}/role", body, (200,), "PATCH")
        member, victim = self.people["member"]["username"], self.people["victim"]["username"]
        picture = self.upload("owner", "pixel.png", "image/png", PIXEL)
        spare = [self.upload(role, "spare.png", "image/png", PIXEL) for role in ("member", "owner")]
        root = self.send("owner", room, f"Hello @{member} and @{victim}, **look**", attachments=[picture])
        own = self.send("member", room, "from the member")
        reply = self.send("member", room, "a reply", parent_message_id=root)
        gone = self.send("owner", room, "to be deleted")
        self.post("owner", f"/messages/{gone}", method="DELETE", expect=(200,))
        self.post("owner", f"/messages/{root}", {"content": f"Hello @{member}, look"}, (200,), "PUT")
        self.post("member", f"/messages/{root}/reactions", {"emoji": "👍"})
        self.post("owner", f"/rooms/{room}/pins/{root}", method="PUT", expect=(200,))
        code = self.post("owner", f"/rooms/{room}/invites", {})["code"]
        report = self.post("victim", f"/messages/{own}/report", {"reason": "spam"}, (200, 201))["id"]
        self.ids = {
            "room_id": [room, room, room, public, self.direct],
            "message_id": [root, root, own, own, reply, gone, self.direct_message],
            "user_id": [self.id(role) for role in ("victim", "victim", "member", "admin", "stranger", "owner")],
            "attachment_id": [picture, *spare],
            "code": [code],
            "report_id": [report],
            "username": [self.guest["username"]],
            "password": [PASSWORD],
            "sender": ["me", self.id("owner")],
        }
        for other, name in {
            "parent_message_id": "message_id",
            "parent_id": "message_id",
            "before": "message_id",
            "after": "message_id",
            "around": "message_id",
            "current_password": "password",
        }.items():
            self.ids[other] = self.ids[name]
        self.spent = False

    def values(self, role, name):
        """What `name` may stand for when this role asks."""
        person = self.guest if role == "guest" else self.people.get(role, self.people["member"])
        if name == "attachments":
            return [[], [self.ids["attachment_id"][2 if role == "owner" else 1]]]
        if name == "session_id":
            listed = self.call("GET", "/auth/sessions", person["token"])
            return [one["id"] for one in listed["sessions"]]
        if name == "notification_id":
            listed = self.call("GET", "/notifications?limit=5", person["token"])
            return [one["id"] for one in listed["notifications"]]
        if name == "subscription_id":
            self.number += 1
            body = {"endpoint": f"https://push.example.org/{self.number}", "keys": PLAIN["keys"][0]}
            return [self.call("PUT", "/push/subscriptions", person["token"], body)["id"]]
        if name == "refresh_token":
            return [self.guest["refresh_token"]]
        if name == "since":
            return [self.call("GET", "/bootstrap", person["token"])["cursor"]]
        return self.ids.get(name) or PLAIN.get(name, [])


class Fuzz:
    def __init__(self, arguments, stack):
        self.arguments = arguments
        self.world = World(stack.http)
        self.base = stack.http
        self.http = requests.Session()
        self.cases = 0
        self.statuses = collections.defaultdict(collections.Counter)
        self.found = collections.Counter()
        # What the body of an operation may hold.
        self.fields = {}

    def operations(self):
        document = self.http.get(f"{self.base}/openapi.json", timeout=TIMEOUT_SECONDS).json()
        schema = schemathesis.openapi.from_dict(document)
        parts = document["components"]["schemas"]
        for result in schema.get_all_operations():
            operation = result.ok()
            name = operation.definition.raw["operationId"]
            content = operation.definition.raw.get("requestBody", {}).get("content", {})
            taken = content.get("application/json", {}).get("schema", {}).get("$ref", "").split("/")[-1]
            self.fields[name] = sorted(parts.get(taken, {}).get("properties", {}))
            if not self.arguments.only or name in self.arguments.only:
                yield name, operation

    def run(self):
        for name, operation in sorted(self.operations(), key=lambda pair: (pair[0] in LAST, pair[0])):
            self.operation(name, operation)

    def operation(self, name, operation):
        count = self.arguments.examples
        seed = self.arguments.seed + zlib.crc32(name.encode())
        dice = random.Random(seed)
        fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        self.examples(name, fitting, (count + 1) // 2, seed, dice)
        beyond = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        # Of an operation that takes nothing there is nothing beyond.
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):
            self.examples(name, beyond, count // 2, seed, dice)

    def examples(self, name, strategy, count, seed, dice):
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(strategy)
        def each(case):
            # No exception leaves here but for what is wrong with the world: nothing is shrunk or run again.
            if self.world.spent:
                self.world.furnish()
            for role in ["anonymous", "guest"] if name in ENDING else ROLES:
                self.send(name, case, role, dice)

        each()

    def send(self, name, case, role, dice):
        case = self.filled(name, case, role, dice)
        if any(str(value) in ("", ".", "..") for value in case.path_parameters.values()):
            return  # Such a path is another one.
        person = self.world.guest if role == "guest" else self.world.people.get(role)
        headers = {"authorization": f"Bearer {person['token']}"} if person else {}
        answer = case.call(
            base_url=self.base,
            session=self.http,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        self.cases += 1
        self.statuses[name][answer.status_code] += 1
        if answer.status_code >= 500:
            self.note(name, role, answer, f"a server error, {answer.status_code}")
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.note(name, role, answer, said(failure))
        except Failure as failure:
            self.note(name, role, answer, said(failure))
        if answer.status_code < 300:
            if name in ENDING:
                self.world.invite_guest()
            elif name in SPENDING or case.method == "DELETE":
                self.world.spent = True
        elif answer.status_code == 401 and role == "guest":
            self.world.invite_guest()

    def filled(self, name, case, role, dice):
        """A copy with ids of the world in it, most of the time."""
        path, query, body = dict(case.path_parameters or {}), dict(case.query or {}), case.body
        # What stands for "no body" is one of a kind.
        body = copy.deepcopy(body) if isinstance(body, dict) else body
        headers, media_type = dict(case.headers or {}), case.media_type
        declared = {
            id(query): [parameter.name for parameter in case.operation.query],
            id(body): self.fields[name] if isinstance(body, dict) else [],
        }
        for part in (path, query, body):
            if not isinstance(part, dict):
                continue
            for field in [*part, *(field for field in declared.get(id(part), []) if field not in part)]:
                if dice.random() < (REAL if field in part else MORE):
                    values = self.world.values(role, field)
                    if part is path and field == "user_id":
                        values = [*values, "me"]
                    if values:
                        part[field] = dice.choice(values)
        if name == "get_attachment" and dice.random() < MORE:
            headers["Range"] = dice.choice(RANGES)
        if name == "upload_attachment" and dice.random() < MORE:
            body, media_type = dice.choice(FORMS), "multipart/form-data"
            headers["Content-Type"] = "multipart/form-data; boundary=b"
        return case.operation.Case(
            method=case.method,
            path_parameters=path,
            query=query,
            headers=headers,
            cookies=dict(case.cookies or {}),
            body=body,
            media_type=media_type,
        )

    def note(self, name, role, answer, what):
        """Tells the first of a kind at once, and counts the others."""
        key = (name, answer.status_code, what.split("\n")[0])
        self.found[key] += 1
        if self.found[key] == 1:
            sent = answer.request
            body = (sent.body if isinstance(sent.body, bytes) else str(sent.body or "").encode())[:600]
            print(f"{name} as {role}: {what}\n  {sent.method} {sent.url}\n  {body!r}")
            print(f"  {answer.status_code} {shown(answer)[:600]}\n", flush=True)

    def report(self):
        for (name, status, what), times in self.found.items():
            print(f"{times}× {name} {status}: {what}")
        if self.arguments.verbose:
            for name, statuses in sorted(self.statuses.items()):
                print(name, dict(sorted(statuses.items())))
        counted = collections.Counter()
        for statuses in self.statuses.values():
            counted.update(statuses)
        never = [name for name, statuses in self.statuses.items() if not any(status < 400 for status in statuses)]
        print("answers:", ", ".join(f"{status} {count}×" for status, count in sorted(counted.items())))
        if never:
            print("never accepted:", ", ".join(sorted(never)))
        roles = len(ROLES)
        print(f"{len(self.statuses)} operations, {roles} roles, {self.cases} cases, {len(self.found)} kinds of breach")
        return 1 if self.found or not self.cases else 0


def shown(answer):
    return answer.content.decode(errors="replace")


def said(failure):
    message = str(failure).strip()
    return f"{type(failure).__name__}: {message[:900]}"


def main():
    parser = argparse.ArgumentParser()
    for name in ("local", "bin-dir", "template"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--examples", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    # So that the stack ends with this program, however that is asked to end.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="parlance-fuzz-") as folder:
        # What hypothesis keeps for itself goes with the rest, not into the project.
        set_hypothesis_home_dir(os.path.join(folder, "hypothesis"))
        stack = Stack(arguments, folder)
        try:
            body = {"username": MODERATOR, "password": PASSWORD}
            requests.post(f"{stack.http}/auth/register", json=body, timeout=TIMEOUT_SECONDS).raise_for_status()
        finally:
            stack.stop()
        stack = Stack(arguments, folder, [f"Moderators={MODERATOR}"])
        try:
            fuzz = Fuzz(arguments, stack)
            fuzz.run()
        finally:
            stack.stop()
        return fuzz.report()


sys.exit(main())
