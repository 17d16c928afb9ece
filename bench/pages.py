# SPDX-License-Identifier: Apache-2.0
"""The public pages of a demonstration, 60 days by 12 families: what making one costs, what one that
is kept costs beside nginx with the same bytes in a file, and what a check costs behind nginx with
TLS. Used by bench/run, which passes its own means."""
import os
import re
import shutil
import socket
import statistics
import subprocess
import time

FIGURES = "/so-lieu"
UNCACHED = """
local i = 0
function request()
  i = i + 1
  return wrk.format("GET", "/so-lieu?from=2000-01-01&n=" .. i, {["Accept-Encoding"] = "br"})
end
"""
TLS = """daemon off; user root; worker_processes 2; pid {folder}/front.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; server_tokens off; keepalive_requests 100000000;
  upstream portal {{ server {portal}; keepalive 64; keepalive_requests 100000000; }}
  server {{
    listen {front} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://portal; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""
FILES = """daemon off; user root; worker_processes 2; pid {folder}/files.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; server_tokens off; keepalive_requests 100000000; sendfile on; tcp_nopush on;
  open_file_cache max=10; etag on;
  server {{ listen {front}; root {folder}/files; default_type "text/html; charset=utf-8";
{headers}  }}
}}
"""


def text_of(address):
    return "%s:%d" % address


def wait_open(address):
    for _ in range(1000):
        try:
            socket.create_connection(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nobody listens at {text_of(address)}")


class Pages:
    """MEANS: bench/run's own functions (row, cpu_of, get, wait_for, start_portal, wrk)."""

    def __init__(self, means, khien, root, portal, front):
        self.m, self.khien, self.root = means, khien, root
        self.portal_address, self.front_address = portal, front

    def demonstrate(self, folder):
        os.makedirs(os.path.join(folder, "tools"))
        shutil.copy(os.path.join(self.root, "tools/demo"), os.path.join(folder, "tools/demo"))
        os.symlink(os.path.join(self.root, "node_modules"), os.path.join(folder, "node_modules"))
        subprocess.run(["tools/demo"], cwd=folder, check=True, stderr=subprocess.DEVNULL,
                       env={**os.environ, "KHIEN": self.khien, "KHIEN_DEMO_DAILY": "20000"})

    def nginx(self, folder, text, **names):
        path = os.path.join(folder, "front.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.format(folder=folder, front=text_of(self.front_address), **names))
        return subprocess.Popen(["nginx", "-c", path, "-p", folder], stderr=subprocess.DEVNULL)

    def load(self, url, seconds, *options):
        done = subprocess.run(["wrk", "-t1", f"-d{seconds}s", *options, url],
                              stdout=subprocess.PIPE, text=True, check=True)
        if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise SystemExit(f"failed requests at {url}: {done.stdout}")
        return int(re.search(r"(\d+) requests in", done.stdout).group(1))

    def cost(self, pid, url, seconds, *options):
        """CPU of PID for one request, in microseconds."""
        before = self.m.cpu_of(pid)
        requests = self.load(url, seconds, *options)
        return (self.m.cpu_of(pid) - before) / requests * 1e6

    def measure_making(self, portal, folder, seconds):
        script = os.path.join(folder, "uncached.lua")
        with open(script, "w", encoding="utf-8") as file:
            file.write(UNCACHED)
        url = f"http://{text_of(self.portal_address)}"
        cost = statistics.median(self.cost(portal.pid, url, seconds, "-c2", "-s", script)
                                 for _ in range(3)) / 1000
        self.m.row("page of figures, 60 days, made anew", cost, "ms CPU/req", bar="<= 5 ms",
                   ok=cost <= 5)

    def measure_kept(self, portal, folder, path, seconds):
        body, headers = self.m.get_coded(self.portal_address, path)
        os.makedirs(os.path.join(folder, "files"), exist_ok=True)
        with open(os.path.join(folder, "files", "page"), "wb") as file:
            file.write(body)
        same = "".join(f"    add_header {n} \"{v}\";\n" for n, v in headers.items()
                       if n.lower() not in ("content-length", "content-type", "date", "etag"))
        nginx = self.nginx(folder, FILES, headers=same)
        try:
            self.m.wait_for(self.front_address, "/page")
            options = ("-c50", "-H", "Accept-Encoding: br")
            ours, theirs = [], []
            for _ in range(3):
                ours.append(self.cost(portal.pid, f"http://{text_of(self.portal_address)}{path}",
                                      seconds, *options))
                theirs.append(self.cost(nginx.pid, f"http://{text_of(self.front_address)}/page",
                                        seconds, *options))
        finally:
            nginx.terminate()
            nginx.wait()
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        self.m.row(f"GET {path}, kept, {len(body)} bytes of br", ours, "us CPU/req",
                   "nginx static file", theirs, ours / theirs, "<= 1.25 x", ours <= 1.25 * theirs)

    def measure_behind(self, portal, folder, seconds):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-keyout", f"{folder}/key.pem", "-out",
                        f"{folder}/cert.pem"], check=True, stderr=subprocess.DEVNULL)
        nginx = self.nginx(folder, TLS, portal=text_of(self.portal_address))
        url = f"https://{text_of(self.front_address)}/api/v1/check"
        try:
            ours, theirs = [], []
            wait_open(self.front_address)
            self.load(url, 1, "-c50")
            for _ in range(3):
                portal_before, nginx_before = self.m.cpu_of(portal.pid), self.m.cpu_of(nginx.pid)
                requests = self.load(url, seconds, "-c50")
                ours.append((self.m.cpu_of(portal.pid) - portal_before) / requests * 1e6)
                theirs.append((self.m.cpu_of(nginx.pid) - nginx_before) / requests * 1e6)
        finally:
            nginx.terminate()
            nginx.wait()
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        self.m.row("a check behind nginx with TLS", ours, "us CPU/req", "the nginx in front",
                   theirs, ours / theirs, "<= 0.6 x", ours <= 0.6 * theirs)

    def measure(self, folder, seconds):
        self.demonstrate(folder)
        portal = self.m.start_portal(folder)
        try:
            self.m.wait_for(self.portal_address, FIGURES)
            self.measure_making(portal, folder, seconds)
            for path in ("/", FIGURES):
                self.measure_kept(portal, folder, path, seconds)
            self.measure_behind(portal, folder, seconds)
        finally:
            portal.terminate()
            portal.wait()
