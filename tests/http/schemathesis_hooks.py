"""Hooks for schemathesis.sh: real ids, so that requests reach what stands behind the 404s.

Three requests in four get ids that exist. What an earlier request could end (a session, a
workspace, a document) is made anew for each request that deletes.
"""
import json
import os
import urllib.error
import urllib.request

import schemathesis

BASE = os.environ["MONITORA_URL"]
SIGNED_IN = os.environ["MONITORA_AS"] == "admin"
PASSWORD = "Pluie-sur-le-jardin-42"


def send(method, path, body=None, token=None, headers=()):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, method=method)
    for name, value in {"Content-Type": "application/json", **dict(headers)}.items():
        request.add_header(name, value)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request) as reply:
        return json.loads(reply.read())


def account(name):
    who = {"email": name + "@example.fr", "password": PASSWORD}
    try:
        return send("POST", "/api/auth/register", who)
    except urllib.error.HTTPError:
        return send("POST", "/api/auth/login", who)


def new_workspace():
    return send("POST", "/api/workspaces", {"name": "Musée"}, OWNER)["id"]


def new_document(workspace):
    body = (
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        "Le musée est ouvert de 10 h à 18 h.\r\n--b--\r\n"
    ).encode()
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    return send("POST", f"/api/documents/workspace/{workspace}/upload", body, OWNER, form)["id"]


OWNER = account("owner")["access_token"]
MEMBER = account("member")["user"]
WORKSPACE = new_workspace()  # changed by the requests
ASKED = new_workspace()  # never changed: its widget stays open to this server's own pages
DOCUMENT = new_document(ASKED)
try:
    member = {"email": MEMBER["email"], "role": "lecteur"}
    send("POST", f"/api/workspaces/{WORKSPACE}/members", member, OWNER)
except urllib.error.HTTPError as error:
    error.close()


def new_turn():
    body = {"message": "Quand ouvre le musée ?", "stream": False}
    return send("POST", f"/api/widget/{ASKED}/chat", body, headers={"Origin": BASE})


def new_webhook():
    body = {"url": "https://192.0.2.1/", "events": ["feedback.negative"]}
    return send("POST", f"/api/workspaces/{WORKSPACE}/webhooks", body, OWNER)["id"]


TURN = new_turn()
KEY = send("POST", f"/api/workspaces/{ASKED}/api-keys", {"name": "Programme"}, OWNER)["key"]
WEBHOOK = new_webhook()
calls = 0


def seed(path, method, case):
    where = case.path_parameters or {}
    if "wid" in where:
        where["wid"] = ASKED if path.startswith("/api/widget/") else WORKSPACE
    if "user_id" in where:
        where["user_id"] = MEMBER["id"]
    if "id" in where and path.startswith("/api/documents/"):
        where["id"] = DOCUMENT
    if "id" in where and path.startswith("/api/conversations/"):
        where["id"] = TURN["session_id"]
    if path.startswith("/api/insights/") or path.endswith(("/analytics", "/conversations", "/export")):
        where["wid"] = ASKED
    if "webhook_id" in where:
        where["webhook_id"] = WEBHOOK
    if "model" in where:
        where["model"] = ASKED
    if "message_id" in where:
        where["message_id"] = TURN["message_id"]
    if "key_id" in where and SIGNED_IN:
        made = send("POST", f"/api/workspaces/{WORKSPACE}/api-keys", {"name": "Clé"}, OWNER)
        where["key_id"] = made["id"]
    if isinstance(case.body, dict) and path.startswith("/v1/") and "model" in case.body:
        case.body["model"] = ASKED
    if isinstance(case.body, dict):
        if "workspace_id" in case.body:
            case.body["workspace_id"] = ASKED
        if path.endswith("/feedback") and "message_id" in case.body:
            case.body["message_id"] = TURN["message_id"]
            case.body["session_token"] = TURN["session_token"]
    if path.endswith("/history"):
        case.query = {**(case.query or {}), "session_id": TURN["session_id"]}
        case.headers["X-Session-Token"] = TURN["session_token"]


@schemathesis.hook
def before_call(context, case, kwargs):
    global calls
    calls += 1
    path, method = case.operation.path, case.method.upper()
    if path.startswith("/api/widget/") and calls % 8:
        case.headers["Origin"] = BASE
    if SIGNED_IN:
        ends = path.startswith("/api/auth/") and path != "/api/auth/me"
        token = account("leaver")["access_token"] if ends else OWNER
        if path.startswith("/v1/") or path == "/mcp":
            token = KEY
        case.headers["Authorization"] = "Bearer " + token
    if calls % 4:
        seed(path, method, case)
    where = case.path_parameters or {}
    if method in ("PATCH", "DELETE") and where.get("wid") == ASKED:
        where["wid"] = WORKSPACE
    if SIGNED_IN and method == "DELETE":
        if path == "/api/workspaces/{wid}" and where["wid"] == WORKSPACE:
            where["wid"] = new_workspace()
        if path.endswith("/{webhook_id}") and where["webhook_id"] == WEBHOOK:
            where["webhook_id"] = new_webhook()
        if path == "/api/conversations/{id}" and where["id"] == TURN["session_id"]:
            where["id"] = new_turn()["session_id"]
        if path == "/api/documents/{id}" and where["id"] == DOCUMENT:
            where["id"] = new_document(WORKSPACE)
