"""Made-up disks of servers of six families, and programs that only say what they were told to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

OS = {
    "debian": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "alma": 'NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.6"\n',
    "suse": 'NAME="openSUSE Leap"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n',
    "alpine": "ID=alpine\nVERSION_ID=3.22.1\n",
    "arch": "ID=arch\nBUILD_ID=rolling\n",
    "freebsd": 'NAME=FreeBSD\nID=freebsd\nVERSION_ID="14.3"\n',
}
MANAGERS = {"debian": "apt", "alma": "dnf", "suse": "zypper", "alpine": "apk", "arch": "pacman", "freebsd": "pkg"}

DPKG = """Package: bash
Status: install ok installed
Maintainer: Matthias Klose <doko@debian.org>
Version: 5.2.15-2+b8
Source: bash (5.2.15-2)

Package: nginx
Status: hold ok installed
Maintainer: NGINX Packaging <nginx-packaging@f5.com>
Version: 1.28.0-1~bookworm

Package: php8.3-cli
Status: install ok installed
Maintainer: Debian PHP Maintainers <team+pkg-php@tracker.debian.org>
Source: php8.3
Version: 8.3.14-1+0~20241121.58+debian12~1.gbp1

Package: xz-utils
Status: install ok installed
Maintainer: Sebastian Andrzej Siewior <sebastian@breakpoint.example>
Version: 5.4.1-1

Package: gone
Status: deinstall ok config-files
Maintainer: X <x@debian.org>
Version: 1.0-1
"""
PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
toor:x:0:0::/root:/bin/sh
anna:x:1000:1000:Anna:/home/anna:/bin/bash
open:x:1001:1001::/home/open:
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
SHADOW = """root:$y$j9T$SECRETroothash$abc:20000:0:99999:7:::
daemon:*:19000:0:99999:7:::
toor:!$6$SECRETtoorhash:19500:0:99999:7:::
anna:$6$SECRETannahash$x:20400:0:99999:7:::
open::20100:0:99999:7:::
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISECRETKEYbody anna@laptop\n"


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Writes files below a folder. A text "-> PLACE" makes a symbolic link, one that begins with "#!" a program."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.unlink(missing_ok=True)
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text, "utf-8")
            if text.startswith("#!"):
                path.chmod(0o755)
    return root


def family(root: Path, name: str) -> Path:
    """A disk with little more than what tells a family."""
    common = {
        "etc/os-release": "-> ../usr/lib/os-release",
        "usr/lib/os-release": OS[name],
        "etc/hostname": "Web1.Blumenhof.example\n",
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "etc/passwd": PASSWD,
        "etc/shadow": SHADOW,
        "etc/group": "root:x:0:\nsudo:x:27:anna\nwheel:x:10:anna,open\nusers:x:100:anna\n",
    }
    own: dict[str, dict[str, str]] = {
        "debian": {
            "etc/debian_version": "12.11\n",
            "var/lib/dpkg/status": DPKG,
            "var/lib/apt/lists/deb.example_dists_bookworm_InRelease": "x",
            "etc/apt/sources.list": "deb https://anna:SECRETapt@deb.example/debian bookworm main\n# deb-src x\n",
            "etc/network/interfaces": "iface eth0 inet static\n  address 192.0.2.10/24\n  gateway 192.0.2.1\n  dns-nameservers 9.9.9.9\n",
        },
        "alma": {
            "etc/redhat-release": "AlmaLinux release 9.6 (Sage Margay)\n",
            "var/lib/rpm/rpmdb.sqlite": "x",
            "etc/dnf/dnf.conf": "[main]\nexcludepkgs=kernel*, nginx\n",
            "etc/dnf/plugins/versionlock.list": "# comment\nphp-0:8.0.30-1.el9.*\n",
            "etc/yum.repos.d/base.repo": "[baseos]\nname=Base\nbaseurl=https://u:SECRETrepo@repo.example/9\nenabled=1\n",
            "var/cache/dnf/baseos-1/repodata/repomd.xml": "x",
            "etc/sysconfig/network-scripts/ifcfg-eth0": "IPADDR=192.0.2.10\nPREFIX=24\nGATEWAY=192.0.2.1\nDNS1=9.9.9.9\n",
            "usr/lib/systemd/system/dnf-automatic.timer": "[Timer]\n",
            "etc/dnf/automatic.conf": "[commands]\nupgrade_type = security\napply_updates = no\nreboot = never\n",
            "etc/systemd/system/timers.target.wants/dnf-automatic-install.timer": "-> /usr/lib/systemd/system/x",
        },
        "suse": {
            "etc/zypp/zypp.conf": "x",
            "etc/zypp/locks": "type: package\nmatch_type: glob\nsolvable_name: apache2\n",
            "etc/zypp/repos.d/oss.repo": "[oss]\nbaseurl=https://repo.example/oss\nenabled=1\n",
            "etc/sysconfig/network/ifcfg-eth0": "IPADDR='192.0.2.10/24'\nBOOTPROTO='static'\n",
        },
        "alpine": {
            "etc/alpine-release": "3.22.1\n",
            "lib/apk/db/installed": "P:musl\nV:1.2.5-r10\no:musl\n\nP:openssh-server\nV:10.0_p1-r7\no:openssh\nF:usr/sbin\nR:sshd\n",
            "usr/sbin/sshd": "#!/bin/sh\n",
            "etc/apk/world": "musl\nnginx<1.29\n",
            "etc/apk/repositories": "https://repo.example/v3.22/main\n",
            "etc/periodic/daily/upgrade": "#!/bin/sh\napk -U upgrade\n",
        },
        "arch": {
            "var/lib/pacman/local/openssl-3.5.1-1/desc": "%NAME%\nopenssl\n\n%VERSION%\n3.5.1-1\n\n%PACKAGER%\nP <p@archlinux.org>\n",
            "var/lib/pacman/local/openssl-3.5.1-1/files": "%FILES%\nusr/bin/openssl\n",
            "usr/bin/openssl": "#!/bin/sh\n",
            "etc/pacman.conf": "[options]\nIgnorePkg = linux nginx\n[core]\nInclude = /etc/pacman.d/mirrorlist\n",
        },
        "freebsd": {
            "bin/freebsd-version": '#!/bin/sh\nUSERLAND_VERSION="14.3-RELEASE-p2"\n',
            "etc/rc.conf": 'hostname="web1"\nifconfig_em0="inet 192.0.2.10 netmask 255.255.255.0"\npf_enable="YES"\n',
            "var/db/pkg/local.sqlite": "x",
            "etc/pkg/FreeBSD.conf": 'FreeBSD: {\n  url: "pkg+https://pkg.example/x",\n  enabled: yes\n}\n',
            "var/cron/tabs/root": "0 3 * * * freebsd-update cron\n",
        },
    }  # fmt: skip
    return plant(root, {**common, **own[name]})


def programs(folder: Path, answers: Mapping[str, tuple[int, str]]) -> Path:
    """Programs that print a text and end with a code; the words of the call are added to FOLDER/calls."""
    folder.mkdir()
    for name, (code, text) in answers.items():
        (folder / f"{name}.says").write_text(text, "utf-8")
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{folder}/calls"\ncat "{folder}/{name}.says"\nexit {code}\n')
        program.chmod(0o755)
    return folder


def rescue_programs(folder: Path, answers: Mapping[str, tuple[int, str]]) -> Path:
    """The same for programs of another disk: chroot, which only root may call, runs ours, and we are always root."""
    programs(folder, {"id": (0, "0\n"), "unshare": (1, ""), **answers})
    chroot = folder / "chroot"
    chroot.write_text('#!/bin/sh\ncase $1 in --userspec=*) shift ;; esac\nshift\nexec "$@"\n')
    chroot.chmod(0o755)
    return folder
