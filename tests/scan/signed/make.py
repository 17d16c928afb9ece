#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py FOLDER: writes the signed programs of this folder anew, with fresh keys, and for each a
NAME.out with what openssl and osslsigncode say of it (PATH = VALUE, a path as conditions have it).
Not run by the tests: the results are stored. Needs openssl and osslsigncode (2.6 or newer)."""
import datetime
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

DAYS = "7300"
OUT = os.path.abspath(sys.argv[1])
os.chdir(tempfile.mkdtemp())


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, check=False, **more)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.decode()}{done.stdout!r}")
    return done.stdout


def program(is_64bit):
    """The least that is a PE: headers and one section with a return."""
    optional = 240 if is_64bit else 224
    headers = bytearray(512)
    headers[0:2] = b"MZ"
    struct.pack_into("<I", headers, 60, 64)
    headers[64:68] = b"PE\0\0"
    machine, magic = (0x8664, 0x20B) if is_64bit else (0x14C, 0x10B)
    struct.pack_into("<HHIIIHH", headers, 68, machine, 1, 1, 0, 0, optional, 0x22)
    struct.pack_into("<HBBIIIII", headers, 88, magic, 14, 0, 512, 0, 0, 4096, 4096)
    if is_64bit:
        struct.pack_into("<QII", headers, 88 + 24, 0x140000000, 4096, 512)
    else:
        struct.pack_into("<IIII", headers, 88 + 24, 8192, 0x400000, 4096, 512)
    struct.pack_into("<HHHHHHIIIIHH", headers, 88 + 40, 6, 0, 0, 0, 6, 0, 0, 8192, 512, 0, 3, 0)
    struct.pack_into("<I", headers, 88 + (108 if is_64bit else 92), 16)
    section = 88 + optional
    struct.pack_into("<8sIIIIIIHHI", headers, section, b".text", 1, 4096, 512, 512, 0, 0, 0, 0,
                     0x60000020)
    return bytes(headers) + b"\xc3" + bytes(511)


CONFIG = """
oid_section = oids
[oids]
oddOne = 1.3.6.1.4.1.99999.7
[req]
prompt = no
distinguished_name = name
utf8 = yes
string_mask = %(mask)s
[name]
%(name)s
[root]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
[ca]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid, issuer
[leaf]
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def certificate(file, names, kind, issuer=None, key=("rsa:2048",), digest="sha256",
                mask="utf8only", serial=None):
    with open("config", "w", encoding="utf-8") as config:
        config.write(CONFIG % {"name": "\n".join(names), "mask": mask})
    run("openssl", "req", "-new", "-config", "config", "-newkey", *key, "-nodes",
        "-keyout", file + ".key", "-out", file + ".csr", "-" + digest)
    sign = ["-signkey", file + ".key"]
    if issuer:
        sign = ["-CA", issuer + ".pem", "-CAkey", issuer + ".key"]
    run("openssl", "x509", "-req", "-in", file + ".csr", *sign, "-days", DAYS, "-" + digest,
        "-extfile", "config", "-extensions", kind,
        "-set_serial", serial or "0x" + os.urandom(15).hex(), "-out", file + ".pem")


def join(file, *parts):
    with open(file, "w", encoding="ascii") as out:
        for part in parts:
            with open(part + ".pem", encoding="ascii") as pem:
                out.write(pem.read())


def signcode(source, target, leaf, digest, *more, chain="chain.txt"):
    run("osslsigncode", "sign", "-certs", leaf + ".pem", "-key", leaf + ".key", "-ac", chain,
        "-h", digest, "-in", source, "-out", target, *more)


def shown(line):
    """As libyara has it: whole attributes, at most 255 bytes, slashes without their escape."""
    kept = ""
    for attribute in re.split(r"(?<!\\)(?=[/+][A-Za-z0-9.]+=)", line):
        if len(kept) + len(attribute) > 255:
            break
        kept += attribute
    return kept.replace("\\/", "/")


def certificate_lines(path, file):
    """What openssl says; the names come from X509_NAME_oneline by way of -nameopt compat."""
    def ask(*options):
        return run("openssl", "x509", "-noout", "-in", file + ".pem", *options).decode()

    def moment(option):
        text = ask(option).strip().split("=")[1]
        form = "%b %d %H:%M:%S %Y GMT"
        time = datetime.datetime.strptime(text, form).replace(tzinfo=datetime.timezone.utc)
        return int(time.timestamp())

    serial = ask("-serial").strip().split("=")[1].lower()
    if len(serial) % 2:
        serial = "0" + serial
    if int(serial[:2], 16) > 127:
        serial = "00" + serial
    text = ask("-text")
    fingerprint = ask("-fingerprint", "-sha1").strip().split("=")[1]
    yield path + "thumbprint", fingerprint.replace(":", "").lower()
    for name in "issuer", "subject":
        line = ask("-" + name, "-nameopt", "compat")[len(name) + 1:].rstrip("\n")
        yield path + name, shown(line)
    yield path + "serial", ":".join(serial[i:i + 2] for i in range(0, len(serial), 2))
    yield path + "version", int(re.search(r"Version: (\d)", text)[1])
    yield path + "algorithm", re.search(r"Signature Algorithm: (.*)", text)[1].strip()
    yield path + "not_before", moment("-startdate")
    yield path + "not_after", moment("-enddate")


def signature_lines(file, signature, digest, chain, certificates):
    path = f"signatures[{signature}]."
    said = run("osslsigncode", "verify", "-CAfile", "roots.txt", "-TSA-CAfile", "roots.txt",
               "-in", file).decode()
    current = re.findall(r"Current message digest *: (\w+)", said)[signature].lower()
    calculated = re.findall(r"Calculated message digest *: (\w+)", said)[signature].lower()
    yield path + "verified", 1
    yield path + "digest_alg", digest
    yield path + "digest", current
    yield path + "file_digest", calculated
    yield path + "signer_info.digest_alg", digest
    yield path + "number_of_certificates", certificates
    yield path + "signer_info.length_of_chain", len(chain)
    yield from certificate_lines(path, chain[0])
    for i, one in enumerate(chain):
        yield from certificate_lines(f"{path}signer_info.chain[{i}].", one)


def write(name, count, *groups):
    with open(os.path.join(OUT, name + ".out"), "w", encoding="utf-8") as out:
        print("is_signed = 1", file=out)
        print(f"number_of_signatures = {count}", file=out)
        for group in groups:
            for path, value in group:
                print(f"{path} = {value}", file=out)
    shutil.copyfile(name + ".exe", os.path.join(OUT, name + ".exe"))


# DER, as much as is needed to put a countersignature where nobody has a tool for it.
def element(tag, content):
    n = len(content)
    length = bytes([n]) if n < 128 else bytes([0x80 + (n.bit_length() + 7) // 8]) + n.to_bytes(
        (n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + content


def split(content):
    """The elements in CONTENT as (tag, content)."""
    while content:
        n, size = content[1], 2
        if n > 128:
            size += n - 128
            n = int.from_bytes(content[2:size], "big")
        yield content[0], content[size:size + n]
        content = content[size + n:]


def pack(elements):
    return b"".join(element(tag, content) for tag, content in elements)


def entry_at(data):
    """Where the header says where the certificate table is."""
    return 88 + (112 if data[88:90] == b"\x0b\x02" else 96) + 32


def table_of(data):
    at, size = struct.unpack_from("<II", data, entry_at(data))
    return at, data[at + 8:at + size]


def with_table(data, table):
    at, _ = table_of(data)
    whole = struct.pack("<IHH", len(table) + 8, 0x200, 2) + table
    whole += bytes(-len(whole) % 8)
    data = bytearray(data[:at] + whole)
    struct.pack_into("<I", data, entry_at(data) + 4, len(whole))
    return bytes(data)


OID_COUNTERSIGNATURE = bytes.fromhex("2a864886f70d010906")


def add_countersignature(file, signer, digest):
    """PKCS #9: a SignerInfo over the bytes of the signature, which CMS makes of them as data."""
    with open(file, "rb") as source:
        data = source.read()
    outer = list(split(next(split(table_of(data)[1]))[1]))
    signed = list(split(list(split(outer[1][1]))[0][1]))
    info = list(split(list(split(signed[-1][1]))[0][1]))
    with open("bytes", "wb") as out:
        out.write(info[5][1])
    run("openssl", "cms", "-sign", "-binary", "-in", "bytes", "-signer", signer + ".pem",
        "-inkey", signer + ".key", "-md", digest, "-outform", "DER", "-out", "cms", "-nosmimecap")
    with open("cms", "rb") as made:
        cms = list(split(list(split(made.read()))[0][1]))
    counter = list(split(list(split(cms[1][1]))[0][1]))[-1][1]
    attribute = element(0x30, element(0x06, OID_COUNTERSIGNATURE) + element(0x31, counter))
    info.append((0xA1, attribute))
    signed[-1] = (0x31, element(0x30, pack(info)))
    outer[1] = (0xA0, element(0x30, pack(signed)))
    with open(file, "wb") as out:
        out.write(with_table(data, element(0x30, pack(outer))))


def main():
    for bits in 32, 64:
        with open(f"program{bits}", "wb") as out:
            out.write(program(bits == 64))
    certificate("root", ["C = VN", "O = Gốc thử nghiệm", "CN = Test Root"], "root")
    certificate("ca", ["C = VN", "O = Trung tâm thử nghiệm", "CN = Test CA"], "ca", "root",
                mask="default")
    odd = ["C = VN", "ST = Hà Nội", "O = Công ty A/B + C", "CN = Test \\\\ Signer"]
    certificate("leaf", odd, "leaf", "ca", serial="0x00f1" + os.urandom(8).hex())
    certificate("tsa", ["C = VN", "CN = Test TSA"], "tsa", "ca")
    certificate("old", ["C = VN", "CN = Test Old"], "leaf", "ca", digest="sha1")
    for bits in "256", "384", "521":
        key = ("ec", "-pkeyopt", "ec_paramgen_curve:P-" + bits)
        certificate("ec" + bits, ["CN = P-" + bits], "leaf", "ca", key=key)
    run("openssl", "dsaparam", "-out", "dsa.params", "2048")
    certificate("dsa", ["CN = DSA"], "leaf", "ca", key=("dsa:dsa.params",))
    long = [f"{i}.OU = Unit {i} {'x' * 56}" for i in range(6)]
    odd = ["businessCategory = Private Organization", "jurisdictionC = VN", "oddOne = 7", "O = A"]
    certificate("names", [*odd, "+OU = B", *long], "leaf", "ca", serial="0x" + "11" * 20)
    join("chain.txt", "ca")
    join("with-tsa.txt", "ca", "tsa")
    join("roots.txt", "root")
    token = ("-TSA-certs", "tsa-chain.txt", "-TSA-key", "tsa.key", "-TSA-time", "1700000000")
    join("tsa-chain.txt", "tsa", "ca")

    name = "Trình quản lý"
    signcode("program64", "token.exe", "leaf", "sha256", "-n", name, "-i", "https://example.vn",
             *token)
    path = "signatures[0].countersignatures[0]."
    shown_name = name.encode().decode("latin-1")  # as libyara takes IA5String
    write("token", 1, signature_lines("token.exe", 0, "sha256", ["leaf", "ca"], 5),
          [("signatures[0].signer_info.program_name", shown_name),
           ("signatures[0].number_of_countersignatures", 1), (path + "verified", 1),
           (path + "sign_time", 1700000000), (path + "digest_alg", "sha256"),
           (path + "length_of_chain", 2)],
          certificate_lines(path + "chain[0].", "tsa"))

    signcode("program32", "first.exe", "old", "sha1")
    signcode("first.exe", "nested.exe", "leaf", "sha256", "-nest")
    write("nested", 2, signature_lines("nested.exe", 0, "sha1", ["old", "ca"], 2),
          signature_lines("nested.exe", 1, "sha256", ["leaf", "ca"], 2))

    signcode("program32", "pkcs9.exe", "old", "sha1", chain="with-tsa.txt")
    add_countersignature("pkcs9.exe", "tsa", "sha1")
    write("pkcs9", 1, signature_lines("pkcs9.exe", 0, "sha1", ["old", "ca"], 3),
          [("signatures[0].number_of_countersignatures", 1), (path + "verified", 1),
           (path + "digest_alg", "sha1"), (path + "length_of_chain", 2)],
          certificate_lines(path + "chain[0].", "tsa"))

    kinds = [("ec256", "sha256"), ("ec384", "sha384"), ("ec521", "sha512"), ("ec256", "sha512"),
             ("dsa", "sha256"), ("names", "sha256")]
    for leaf, digest in kinds:
        name = f"{leaf}-{digest}"
        signcode("program64", name + ".exe", leaf, digest)
        write(name, 1, signature_lines(name + ".exe", 0, digest, [leaf, "ca"], 2))


main()
