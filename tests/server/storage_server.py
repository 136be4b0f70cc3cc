"""The part of Supabase Storage's HTTP API that a migration uses, over a folder. It misbehaves when told to."""
import http.server
import json
import pathlib
import threading
import urllib.parse


class StorageServer:
    def __init__(self, folder, key, fail_first=0):
        """`fail_first`: so many requests are answered 503 before any is answered well."""
        self.folder, self.key, self.failures, self.asked = pathlib.Path(folder), key, fail_first, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                self.answer(*outer.reply(self.path, self.headers.get("Authorization")))

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def reply(self, path, authorization):
        if self.failures > 0:
            self.failures -= 1
            return 503, b"try later"
        if authorization != "Bearer " + self.key:
            return 403, json.dumps({"statusCode": "403", "error": "Unauthorized", "message": "jwt"}).encode()
        start = "/storage/v1/object/"
        file = self.folder / urllib.parse.unquote(path[len(start):])
        if not path.startswith(start) or not file.is_file():
            return 400, json.dumps({"statusCode": "404", "error": "not_found"}).encode()
        return 200, file.read_bytes()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
