#!/bin/sh
# selfaudit's collector: looks at this server from the inside and writes one text about it to standard output.
#
#   sh collect.sh > facts.txt                  on the server itself, best as root
#   sh collect.sh --root /mnt > facts.txt      from a rescue system, the server's disk being mounted at /mnt
#   sh collect.sh --compact                    a short block to copy from a console and paste
#
# What it does: it asks the package manager, reads configuration files and looks at what runs. docs/collector.md of
# selfaudit lists every part of the text, in the order of this script; each part is one function below.
# What it never does: change a file or a setting, refresh package lists, use the network, or print a key, a password, a
# password's hash or mail. Values after words such as "password" and "secret" become ***.
# Package managers that like to write logs and caches (dnf, yum, zypper) are run as nobody, without network and with an empty
# /var/tmp of their own in memory. Where that is impossible (no root, some containers) dnf leaves its own folder in /var/tmp.
# With --root, programs of that disk may be an intruder's: they too are run as nobody, without network and without a way to
# become root, in a view of the disk that is read-only; where that is impossible they are not run.
# It needs no rights. Without root some parts come out as "denied". It ends within half a minute.

USAGE='Usage: sh collect.sh [--root DIR [--no-chroot | --chroot-as-root]] [--compact] [--packages] [--deep] > facts.txt
  --root DIR   look at the disk of another system that is mounted at DIR (from a rescue system)
  --no-chroot  with --root: run no program from that disk, not even its package manager as nobody
  --chroot-as-root  with --root: run its package manager with all rights, where nobody cannot be had; an intruder who
               changed that disk can then change the rescue system too
  --compact    write a short block for copying from a console
  --packages   add the list of all installed packages
  --deep       add slow checks and those that run code of the web sites (wp); these may use the network; takes minutes
  --help       show this'

set -u
umask 077
PATH=${PATH:-/usr/bin}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
LC_ALL=C LANG=C LANGUAGE=C TZ=UTC0 COLUMNS=300 PAGER=cat
# Settings in somebody's folder must not steer programs that run as root.
HOME=/nonexistent XDG_CACHE_HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent XDG_DATA_HOME=/nonexistent XDG_STATE_HOME=/nonexistent
unset CDPATH ENV BASH_ENV GREP_OPTIONS TMPDIR LD_PRELOAD LD_LIBRARY_PATH PERL5LIB PERL5OPT PYTHONPATH PYTHONHOME RUBYLIB RUBYOPT \
  APT_CONFIG DPKG_ROOT DPKG_ADMINDIR RPM_CONFIGDIR MAIL_CONFIG DOCKER_CONFIG DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST XDG_RUNTIME_DIR
ZYPP_LOGFILE=/dev/null ZYPP_READONLY_HACK=1
export PATH LC_ALL LANG LANGUAGE TZ COLUMNS PAGER HOME XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME ZYPP_LOGFILE ZYPP_READONLY_HACK

VERSION=1.0.0
NL='
'

# ---- Tools ----------------------------------------------------------------------------------------------------------

# Text to standard output; mksh's own printf is a program, and a program cannot take long arguments.
say() { printf '%s\n' "$1"; }
[ -z "${KSH_VERSION:-}" ] || say() { print -r -- "$1"; }

have() { command -v "$1" >/dev/null 2>&1; }
now() { date +%s; }

# Runs a command for at most the time that is left, never with our own standard input.
limit() {
  seconds=$((DEADLINE - $(now)))
  [ "$seconds" -le "$LONGEST" ] || seconds=$LONGEST
  [ "$seconds" -gt 0 ] || return 124
  for_seconds "$seconds" "$@" </dev/null
}
for_seconds() {
  seconds=$1
  shift
  case $TIMEOUT in
    kill) timeout -k 1 "$seconds" "$@" ;;
    plain) timeout "$seconds" "$@" ;;
    busybox) timeout -t "$seconds" "$@" ;;
    *) "$@" ;;
  esac
}

# Sets BELOW to where a path of the looked-at system is here. Symbolic links lead to places below ROOT, as they would there.
below() {
  BELOW=$1
  [ -n "$ROOT" ] || return 0
  BELOW=$ROOT todo=$1 links=0
  while [ -n "$todo" ]; do
    step=${todo%%/*}
    case $todo in */*) todo=${todo#*/} ;; *) todo='' ;; esac
    case $step in
      '' | .) ;;
      ..) [ "$BELOW" = "$ROOT" ] || BELOW=${BELOW%/*} ;;
      *)
        if [ -L "$BELOW/$step" ]; then
          links=$((links + 1))
          [ "$links" -le 20 ] || { BELOW=$ROOT/a/loop/of/links; return 0; }
          link=$(readlink "$BELOW/$step")
          case $link in /*) BELOW=$ROOT ;; esac
          todo=$link/$todo
        else
          BELOW=$BELOW/$step
        fi ;;
    esac
  done
}

is_file() { below "$1"; [ -f "$BELOW" ]; }
is_folder() { below "$1"; [ -d "$BELOW" ]; }
# The file at BELOW, or the one named; tabs become blanks.
text() { head -c 1000000 "$BELOW" | tr '\t\r' '  '; }
contents() { is_file "$1" && text; }
first_line() { contents "$1" | head -n 1; }
contents_all() { is_file "$1" && head -c 20000000 "$BELOW"; }

# Is a unit of systemd switched on, or the service of the same name of OpenRC?
enabled() {
  below /etc/systemd/system
  for hit in "$BELOW"/*.wants/"$1"; do [ ! -L "$hit" ] || return 0; done
  below /etc/runlevels
  for hit in "$BELOW"/*/"${1%.*}"; do [ ! -L "$hit" ] || return 0; done
  return 1
}
yes_no() { if "$@"; then say yes; else say no; fi; }

# Is there a program in the looked-at system?
there() {
  [ -n "$ROOT" ] || { have "$1"; return; }
  for place in /usr/sbin /usr/bin /sbin /bin /usr/local/sbin /usr/local/bin; do
    is_file "$place/$1" && [ -x "$BELOW" ] && return 0
  done
  return 1
}

# How a part comes out: STATUS and a word on why.
is() { STATUS=$1 NOTE=${2:-}; }

# Runs a command, prints what it says and sets STATUS and EXIT. GOOD are the exit codes that are no failure.
ask() {
  EXIT='' STATUS=ok
  if ! have "$1"; then is absent; return 0; fi
  # The reader has a limit of its own: a program may leave another behind that keeps our pipe open.
  answer=$({ limit "$@" 2>&1; printf '\n=%s' "$?"; } | for_seconds $((LONGEST + 2)) cat | head -c 1500000)
  EXIT=${answer##*"$NL="}
  answer=${answer%"$NL="*}
  case $EXIT in '' | *[!0-9]*) EXIT=141 ;; esac
  say "${answer%"$NL"}"
  case " $GOOD " in *" $EXIT "*) return 0 ;; esac
  case $EXIT in
    124 | 137 | 143) STATUS=timeout ;;
    141) NOTE='cut' ;;
    *)
      STATUS=failed
      case $answer in
        *[Pp]ermission?denied* | *not?permitted* | *[Mm]ust?be?root* | *[Nn]eed?to?be?root* | *[Rr]oot?privileges*) STATUS=denied ;;
      esac
      [ "$ADMIN" = yes ] || STATUS=denied ;;
  esac
}

# The same for a program of the looked-at system; that of another disk is never trusted with root's rights.
ask_own() {
  if [ -n "$ROOT" ]; then ask_apart "$@"; elif there "$1"; then ask "$@"; else is absent; fi
}

# The same for one that would write: as nobody, without network, with an empty /var/tmp of its own; another disk is read-only.
# Mounts are made private first: old versions of unshare would let them come out on the system itself.
# shellcheck disable=SC2016 # the inner shell is to see the variables
VIEW='mount --make-rprivate / || exit 125
  root=$1 become=$2; shift 2
  if [ -n "$root" ]; then
    mount --rbind "$root" "$root" && mount -o remount,bind,ro,nosuid,nodev "$root" && mount --bind /dev "$root/dev" &&
      mount -t tmpfs -o mode=1777 none "$root/tmp" || exit 125
  fi
  mount -t tmpfs -o mode=1777 none "$root/var/tmp" || exit 125
  HOME=/var/tmp XDG_CACHE_HOME=/var/tmp XDG_STATE_HOME=/var/tmp
  case $become in
    reader) exec setpriv $READER "$@" ;;
    nobody) exec $NO_NEW chroot --userspec=65534:65534 "${root:-/}" "$@" ;;
  esac'
READER='--reuid 65534 --regid 65534 --clear-groups --no-new-privs --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search'
export READER
ask_apart() {
  if ! there "$1"; then is absent; return 0; fi
  [ -z "$ROOT" ] || [ "$CHROOT" = yes ] || { is "$NO_CHROOT" no-chroot; return 0; }
  # shellcheck disable=SC2086 # several options
  case $APART in
    view) ask "$UNSHARE" -m $NO_NET /bin/sh -c "$VIEW" sh "$ROOT" nobody "$@" ;;
    nobody) ask $NO_NEW "$CHROOT_PROGRAM" --userspec=65534:65534 "${ROOT:-/}" "$@" ;;
    *) if [ -n "$ROOT" ]; then ask "$CHROOT_PROGRAM" "$ROOT" "$@"; else ask "$@"; fi ;;
  esac
}
# The same as nobody who may read all files and write none (only here, not on another disk).
ask_reader() {
  # shellcheck disable=SC2086 # several options
  if ! there "$1"; then is absent
  elif [ -z "$ROOT" ] && [ "$APART" = view ] && limit setpriv $READER true; then
    ask "$UNSHARE" -m $NO_NET /bin/sh -c "$VIEW" sh '' reader "$@"
  else
    ask_apart "$@"
    [ "$STATUS" != ok ] || NOTE=not-root
  fi
}
# Package managers may take longer than other programs.
patient() {
  [ "$LONGEST" -ge 15 ] || LONGEST=15
  "$@"
}

# Calls a function for each readable file that fits a pattern; FILE is its path there, BELOW its path here.
each() {
  CALL=$1
  shift
  for pattern in "$@"; do
    fixed=${pattern%%[*]*}
    fixed=${fixed%/*}
    below "$fixed"
    base=$BELOW
    if [ -d "$base" ] && ! [ -r "$base" ]; then UNREAD=yes; fi
    for hit in "$base"/${pattern#"$fixed/"}; do
      FILE=$fixed/${hit#"$base/"}
      is_file "$FILE" || continue
      if [ -r "$BELOW" ]; then
        SEEN=yes
        case $CALL in *_found | *_time | say_file) ;; *) [ "$(wc -c <"$BELOW")" -le 1000000 ] || BIG=' cut' ;; esac
        case $FILE in *"$NL"* | *'|'*) FILE=$(printf '%s' "$FILE" | tr '\n|' '??') ;; esac
        "$CALL"
      else
        UNREAD=yes
      fi
    done
  done
}
# What `each` met decides: nothing there is "absent", something that we may not read "denied".
settle() { if [ "$UNREAD" = yes ]; then is denied; elif [ "$SEEN" = no ]; then is absent; else is ok; fi; }

# Lines of a configuration file that fit WANTED, under a line that names the file; and the same for several files.
pick() {
  say "# from $FILE"
  text | grep -E -i -e "$WANTED"
}
settings() {
  WANTED=$1
  shift
  each pick "$@"
  settle
}

# "seconds|size|uid|path" of files, which are given as arguments or as names that end in NUL on standard input.
stat_of() {
  case $STAT in
    gnu) stat -c '%Y|%s|%u|%n' "$@" ;;
    bsd) stat -f '%m|%z|%u|%N' "$@" ;;
  esac
}
stat_names() {
  head -c 1000000 | tr '\n\000' '?\n' | head -n "$1" | {
    set --
    while IFS= read -r name; do # a name with a line end in it cannot be looked up
      if [ -e "$name" ]; then set -- "$@" "$name"
      elif [ "$name" = =timeout ]; then say "$name"
      else say "-|-|-|$name"; fi
    done
    [ $# -eq 0 ] || stat_of "$@"
  }
}
# What find finds, each name with a NUL at its end; "=timeout" where it was ended before it had looked everywhere.
names() {
  limit find "$@" -print0
  case $? in 124 | 137 | 143) printf '=timeout\000' ;; esac
}
# Prints rows without that word, which sets STATUS instead.
found_rows() {
  case $NL$1$NL in *"$NL=timeout$NL"*) is timeout ;; esac
  say "$1" | grep -v '^=timeout$'
}
# awk: UTC time of seconds since 1970, and names of user numbers.
AWK_TIME='
  function days_of(y) { return (y % 4 == 0 && y % 100 != 0 || y % 400 == 0) ? 366 : 365 }
  function day(d,   y, m, n) {
    if (d !~ /^[0-9]+$/ || d + 0 > 2932896) return "-"
    d += 0
    for (y = 1970; d >= days_of(y); y++) d -= days_of(y)
    for (m = 1; m < 12; m++) {
      n = (m == 2) ? days_of(y) - 337 : (m == 4 || m == 6 || m == 9 || m == 11) ? 30 : 31
      if (d < n) break
      d -= n
    }
    return sprintf("%04d-%02d-%02d", y, m, d + 1)
  }
  function utc(s,   d) {
    if (s !~ /^[0-9]+$/ || length(s) > 11) return "-"
    d = int(s / 86400); s -= d * 86400
    return day(d "") sprintf("T%02d:%02d:%02dZ", int(s / 3600), int(s % 3600 / 60), s % 60)
  }'
# Rows of what stat_of wrote: of the words path, time, owner and size those that are asked for, in their order.
rows() {
  is_file /etc/passwd || BELOW=/dev/null
  awk -v root="$ROOT" -v wanted="$*" "$AWK_TIME"'
    BEGIN { n = split(wanted, want, " ") }
    FILENAME == ARGV[1] { split($0, f, ":"); if (!(f[3] in user)) user[f[3]] = f[1]; next }
    $0 == "=timeout" { print; next }
    {
      split($0, f, "|"); path = $0
      sub(/^[^|]*\|[^|]*\|[^|]*\|/, "", path); gsub(/\|/, "?", path)
      if (root != "" && index(path, root) == 1) path = substr(path, length(root) + 1)
      value["path"] = path; value["time"] = utc(f[1]); value["size"] = f[2]
      value["owner"] = (f[3] in user) ? user[f[3]] : f[3]
      row = value[want[1]]
      for (i = 2; i <= n; i++) row = row "|" value[want[i]]
      print row
    }' "$BELOW" -
}
# The time of a file or folder, nothing if it is not there; the newest of several.
time_of() {
  for path in "$@"; do
    below "$path"
    [ ! -e "$BELOW" ] || stat_of "$BELOW"
  done | sort -n | tail -n 1 | rows time
}
# key=value, where there is a value.
put() { [ -z "$2" ] || say "$1=$2"; }

sha256_of() {
  if have sha256sum; then sha256sum; elif have sha256; then sha256 -q; elif have shasum; then shasum -a 256
  elif have openssl; then openssl dgst -sha256 -r; fi 2>/dev/null | cut -c 1-64
}
base64_of() {
  if have base64; then base64; elif have openssl; then openssl base64
  else uuencode -m x | sed '1d;/^====$/d'; fi | tr -d '\r\n'
}

# ---- Writing a part -------------------------------------------------------------------------------------------------

# Secrets become ***. In all lines: names and passwords in addresses. Then: values after = or :. Then: after a blank.
HIDE_URL='s#(://)[^/ "]*@#\1***@#g'
WORD='([Pp][Aa][Ss][Ss]([Ww][Oo]?[Rr]?[Dd]|[Pp][Hh][Rr][Aa][Ss][Ee])?|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Kk][Ee][Yy])'
VALUE="(\"[^\"]*\"|'[^']*'|[^ ]+)"
HIDE_VALUES="$HIDE_URL
s/([A-Za-z0-9._-]+):[^ |/][^ |]*@([A-Za-z0-9[])/\\1:***@\\2/g
s/(${WORD}[A-Za-z0-9_]*[\"']? *[=:]+>? *)$VALUE/\\1***/g"
PLAIN='([Pp][Aa][Ss][Ss][Ww][Oo]?[Rr]?[Dd]|[Pp][Aa][Ss][Ss][Pp][Hh][Rr][Aa][Ss][Ee]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn])'
MARK=$(printf '\001') # no octet of the text itself: those are taken out before
HIDE_ALL="$HIDE_VALUES
s/((^|[^A-Za-z0-9_])$PLAIN +)(\"[^\"]*\"|'[^']*'|[^ ;\"']+)(;? |;?\$)/\\1$MARK\\5/g
s/((^|[^A-Za-z0-9_])$PLAIN +)[^ $MARK][^ ]*/\\1***/g
s/$MARK/***/g
s/([Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Aa][Tt][Ii][Oo][Nn][\"']?: *).*/\\1***/
s/([Bb][Aa][Ss][Ii][Cc][Aa][Uu][Tt][Hh] ).*/\\1***/"
# In commands of cron and timers also options such as -pSECRET.
HIDE_COMMANDS="$HIDE_ALL
s/((^| )-[-A-Za-z_]*${WORD}[-A-Za-z_]*[ =]+)$VALUE/\\1***/g
/mysql|maria|sshpass|redis|ldap|zip|7z|smb|mongo/s/( -[paPw]) *$VALUE/\\1***/g
/openssl/s/( -[kK]) +$VALUE/\\1***/g
s/( -[uU]) *[^ ]*[:,%][^ ]*/\\1 ***/g
s/( --?(user|proxy-user|login|auth|credentials?)[ =]+)$VALUE/\\1***/g
/chpasswd|passwd|openssl/s/((echo|printf|<<<) *).*/\\1***/
s/([Bb]earer +)$VALUE/\\1***/g"

# Of a job's line only what tells what it does is kept: programs, paths, host names. What may be a secret becomes ***: arguments
# of options with such names, values of variables, what echo prints, what stands behind a host in an address, long random words.
hide_jobs() {
  awk '
    function short(n) { # a name that tells of a secret
      return tolower(n) ~ /pass|pw|token|key|secret|user|header|cookie|data|auth|cred|login|bearer/ || n ~ /^[pPuUHwW]$/ || (n ~ /^[bd]$/ && web && before !~ /base64/)
    }
    function known(w) { return w ~ /^(\/|~\/|\.\.?\/)([A-Za-z0-9_.+@-]*\/?)*$/ && w ~ /^(\/(tmp|var|dev|bin|sbin|usr|opt|root|home|etc|run|srv|mnt|proc|lib)(\/|$)|~|\.)/ && generic(w) == w }
    function address(w,   scheme, server, rest, ending) { # scheme, server, and how the path ends
      scheme = ""
      if (match(w, /^[A-Za-z][A-Za-z0-9+.-]*:\/\//)) { scheme = substr(w, 1, RLENGTH); w = substr(w, RLENGTH + 1) }
      sub(/^[^\/]*@/, "***@", w)
      server = w; sub(/[\/?#].*/, "", server); rest = substr(w, length(server) + 1)
      sub(/[?#].*/, "", rest)
      if (length(rest) > 9 || rest !~ /^[a-z0-9.\/]*$/) {
        ending = ""; if (match(rest, /\.[A-Za-z][A-Za-z0-9]?[A-Za-z0-9]?[A-Za-z0-9]?$/)) ending = substr(rest, RSTART)
        rest = "/..." ending
      }
      return scheme server rest
    }
    function generic(w,   out, piece) { # long words of letters and digits
      if (length(w) > 24 && w !~ /\// && w ~ /[0-9]/ && w ~ /[A-Za-z]/) return "***"
      out = ""
      while (match(w, /[A-Za-z0-9+=]+/)) {
        piece = substr(w, RSTART, RLENGTH)
        out = out substr(w, 1, RSTART - 1) (length(piece) > 24 ? "***" : piece)
        w = substr(w, RSTART + RLENGTH)
      }
      out = out w
      if (out ~ /[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]-/) sub(/[0-9a-f]+-[0-9a-f]+-[0-9a-f-]*/, "***", out)
      return out
    }
    function value(w) { # of an option or variable that may be shown
      if (w ~ /:\/\//) return address(w)
      return generic(w)
    }
    function word(w,   name, v, base) {
      base = w; sub(/.*\//, "", base)
      if (match(w, /^--?[A-Za-z0-9][A-Za-z0-9_.-]*=/)) {
        name = substr(w, 1, RLENGTH); v = substr(w, RLENGTH + 1)
        base = name; gsub(/^-+|=$/, "", base)
        if (!short(base)) return name value(v)
        if (v == "" && (rest ~ /^[ \t]/ || rest == "")) return name
        if (v == "" || rest ~ /^["\047]/) glued = 1
        return name (v == "" ? "" : "***")
      }
      if (w ~ /^--?[A-Za-z0-9][A-Za-z0-9_-]*$/) {
        base = w; sub(/^-+/, "", base)
        if (w ~ /^-[pPuU]./ && w !~ /^-(print0?|perm|path|prune|printf|pid|user|password|passphrase|passin|passout|pass|pw|pwd)$/) { if (rest ~ /^["\047]/) glued = 1; return substr(w, 1, 2) "***" }
        if (short(base)) { if (rest ~ /^["\047]/) glued = 1; else hide = "next" }
        return w
      }
      if (w ~ /^-[pPuU]/) { if (rest ~ /^["\047]/) glued = 1; return substr(w, 1, 2) "***" }
      if (match(w, /^[A-Za-z_][A-Za-z0-9_.]*\+?=/)) {
        name = substr(w, 1, RLENGTH); v = substr(w, RLENGTH + 1)
        if (name ~ /^(PATH|SHELL|MAILTO|MAILFROM|HOME|LANG|LC_[A-Z]*|TZ|CRON_TZ|RANDOM_DELAY|START_HOURS_RANGE)=$/) return w
        if (v == "$" || (v == "" && rest ~ /^[`(]/) || known(v)) return w
        if (rest ~ /^["\047]/) glued = 1
        return name (v == "" ? "" : "***")
      }
      if (base == "echo" || base == "printf" || (base == "send" && expect) || (base ~ /^(user|login|pass|quote)$/ && (quote != "" || ftp)) || (base == "set" && before == "alias")) { hide = "all"; return w }
      if (tolower(w) ~ /(auth|cookie|token|key|secret)[a-z-]*:$/) { hide = "all"; return w }
      if (w ~ /:\/\// || w ~ /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?\/./) return address(w)
      return generic(w)
    }
    {
      rest = $0; out = ""; hide = ""; quote = ""; before = ""; glued = 0; shown = 0
      web = ($0 ~ /curl|wget|http/); expect = ($0 ~ /expect|spawn/); ftp = ($0 ~ /ftp/)
      while (rest != "") {
        if (glued || (hide != "" && rest !~ /^[ \t|;&()<>`]/ && substr(rest, 1, 1) != quote && !(hide == "next" && rest ~ /^(-|\/tmp\/|\/var\/tmp\/|\/dev\/shm\/|[a-z]+:\/\/)/))) {
          # one argument with all its quotes; a quote that was open before ends it
          if (quote == "\"") found = match(rest, /^(\\.|\047[^\047]*(\047|$)|[^ \t|;&()<>`"\047\\])+/)
          else if (quote == "\047") found = match(rest, /^(\\.|"[^"]*("|$)|[^ \t|;&()<>`"\047\\])+/)
          else found = match(rest, /^(\\.|"(\\.|[^"\\])*("|$)|\047[^\047]*(\047|$)|[^ \t|;&()<>`"\047\\])+/)
          if (!found) RLENGTH = 1
          if (!shown && substr(out, length(out) - 2) != "***") out = out "***"
          if (hide == "all") shown = 1; else hide = ""
          rest = substr(rest, RLENGTH + 1); glued = 0
        } else if (match(rest, /^[ \t]+/)) {
          if (!shown) out = out substr(rest, 1, RLENGTH)
          rest = substr(rest, RLENGTH + 1)
        } else if (match(rest, /^[|;&()<>`]+/)) {
          if (shown) out = out " "
          hide = (substr(rest, 1, RLENGTH) ~ /<<</) ? "next" : ""; shown = 0
          out = out substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1); before = ""
        } else if (rest ~ /^["\047]/) {
          c = substr(rest, 1, 1)
          if (quote == c) { quote = ""; hide = ""; shown = 0 } else if (quote == "") quote = c
          out = out c; rest = substr(rest, 2)
        } else {
          if (hide == "next") hide = ""
          match(rest, /^[^ \t|;&()<>`"\047]+/)
          w = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
          out = out word(w); before = w
        }
      }
      print out
    }'
}

# Makes lines fit to print, leaves empty ones out and ends with a line "=STATUS,EXIT,NOTE,CUT,LINES".
clean() {
  tr -c '\n\t -~' '?' | cut -c 1-1500 | sed -E "$HIDE" | awk -v max="$1" '
    function flush() { if (last != "") { if (n < max) { n++; print "|" last } else cut = 1 } }
    {
      gsub(/\t/, " "); sub(/ +$/, "")
      if (length($0) > 399) $0 = substr($0, 1, 396) "..."
      if ($0 == "") next
      flush(); last = $0
    }
    END {
      if (substr(last, 1, 1) != "=") { flush(); last = "=failed,,," }
      if (cut) sub(/,[^,]*$/, ", cut", last)
      print last "," n + 0
    }'
}

run_part() {
  STATUS=ok EXIT='' NOTE='' SEEN=no UNREAD=no GOOD=0 BIG='' answer=''
  "$@"
  printf '\n=%s,%s,%s,%s\n' "$STATUS" "$EXIT" "$NOTE" "$BIG"
}
# Writes a part whose name, status, number of lines, further words and lines are known; the check sum covers all of them.
write_part() {
  crc=$({ say "$1 $2 $3$4"; [ "$3" -eq 0 ] || say "$5"; } | cksum)
  say "@ $1 $2 $3 ${crc%% *}$4"
  [ "$3" -eq 0 ] || say "$5"
}
# Writes a part: NAME, the greatest number of its lines, and the function that prints them.
part() {
  name=$1 most=$2
  shift 2
  if [ "$(now)" -ge "$DEADLINE" ]; then
    write_part "$name" skipped 0 ' note=time' ''
    return
  fi
  # Of too much, the end is kept: the status stands there.
  body=$(run_part "$@" </dev/null 2>/dev/null | tr -d '\000-\010\013-\037\177' | { head -c 2000000; tail -c 300; })
  much=''
  [ ${#body} -lt 2000000 ] || much=' cut'
  case $body in
    "$NL="*"$NL"*) body=$(say "$body" | clean "$most") ;;
    "$NL="*) body="${body#"$NL"},0" ;; # nothing was printed
    *) body=$(say "$body" | clean "$most") ;;
  esac
  end=${body##*"$NL"}
  body=${body%"$end"}
  body=${body%"$NL"}
  end=${end#=}
  status=${end%%,*} end=${end#*,}
  exit=${end%%,*} end=${end#*,}
  note=${end%%,*} end=${end#*,}
  cut=${end%%,*} lines=${end#*,}
  cut=${cut:-$much}
  if [ "$(now)" -ge $((DEADLINE + GRACE)) ]; then status=timeout; fi # the watchdog may have ended what wrote it
  size=$((size + ${#body}))
  if [ "$size" -gt 950000 ]; then
    size=$((size - ${#body}))
    status=skipped lines=0 body='' exit='' cut='' note=size
  fi
  write_part "$name" "$status" "$lines" "${exit:+ exit=$exit}$cut${note:+ note=$note}" "$body"
}
# For parts that need the running system.
running() { if [ -n "$ROOT" ]; then is skipped rescue; else "$@"; fi; }

# ---- What it is -----------------------------------------------------------------------------------------------------

p_meta() {
  say "collector=$VERSION"
  say "time=$STARTED"
  say system=unix
  if [ -n "$ROOT" ]; then say mode=rescue; else say mode=live; fi
  say "chroot=$CHROOT"
  say "root=$ADMIN"
  say "user=$(id -un)"
  shell=$(readlink "/proc/$$/exe" || ps -o comm= -p "$$")
  say "shell=${shell##*/}"
  say "options=$OPTIONS"
}

p_host() {
  if [ -n "$ROOT" ]; then
    name=$(first_line /etc/hostname)
    [ -n "$name" ] || name=$(contents /etc/rc.conf | sed -n 's/^hostname="*\([^"]*\).*/\1/p' | tail -n 1)
    [ -n "$name" ] || name=$(contents /etc/conf.d/hostname | sed -n 's/^hostname="*\([^"]*\).*/\1/p')
    [ -n "$name" ] || name=$(contents /etc/sysconfig/network | sed -n 's/^HOSTNAME="*\([^"]*\).*/\1/p')
  else
    name=$(hostname || uname -n)
  fi
  name=$(say "$name" | tr -d ' \t' | tr '[:upper:]' '[:lower:]')
  say "name=$name"
  case $name in
    *.*) say "fqdn=$name" ;;
    *) # not asked of the DNS, which would be the network
      full=$(contents /etc/hosts | tr '[:upper:]' '[:lower:]' | awk -v name="$name" '
        /^[ \t]*#/ { next }
        { for (i = 2; i <= NF; i++) if ($i == name || index($i, name ".") == 1) for (j = 2; j <= NF; j++) if ($j ~ /\./) { print $j; exit } }')
      say "fqdn=${full:-$name}" ;;
  esac
  id=$(first_line /etc/machine-id | tr -d ' \t\r')
  [ -n "$id" ] || id=$(first_line /etc/hostid | tr -d ' \t\r')
  [ -n "$id" ] || id=$(first_line /var/lib/dbus/machine-id | tr -d ' \t\r')
  [ -z "$id" ] || put machine "$(printf '%s' "$id" | sha256_of | cut -c 1-16)"
  [ -n "$ROOT" ] || live_host
  zone=$(first_line /etc/timezone)
  [ -n "$zone" ] || { below /etc; zone=$(readlink "$BELOW/localtime" | sed 's#.*zoneinfo/##'); }
  put timezone "$zone"
}
live_host() {
  put virt "$(virtual)"
  if [ -r /proc/uptime ]; then
    seconds=$(cut -d . -f 1 /proc/uptime)
  else
    boot=$(limit sysctl -n kern.boottime | sed 's/.*[^u]sec = \([0-9]*\).*/\1/')
    [ -n "$boot" ] || return 0
    seconds=$(($(now) - boot))
  fi
  say "uptime=$seconds"
  say "boot=$(say "$(($(now) - seconds))|||" | rows time)"
}
virtual() {
  if have systemd-detect-virt; then limit systemd-detect-virt; return; fi
  if [ -e /.dockerenv ]; then say docker; elif [ -e /run/.containerenv ]; then say podman
  elif [ -e /proc/vz ] && [ ! -e /proc/bc ]; then say openvz
  elif tr '\0' '\n' </proc/1/environ | grep -q '^container=lxc'; then say lxc
  elif have sysctl && [ "$SYSTEM" = FreeBSD ]; then
    if [ "$(limit sysctl -n security.jail.jailed)" = 1 ]; then say jail; else limit sysctl -n kern.vm_guest; fi
  else
    case $(cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name) in
      *QEMU* | *KVM* | *OpenStack* | *Hetzner* | *DigitalOcean* | *Google* | *Amazon*) say kvm ;;
      *VMware*) say vmware ;;
      *Microsoft*) say microsoft ;;
      *Xen*) say xen ;;
      *innotek*) say oracle ;;
      *) if grep -q '^flags.* hypervisor' /proc/cpuinfo; then say vm-other; else say none; fi ;;
    esac
  fi
}

p_os_release() {
  for file in /etc/os-release /usr/lib/os-release /var/run/os-release; do
    if is_file "$file"; then contents "$file" | grep '='; return; fi
  done
  # Before os-release was invented, or where it only exists while the system runs
  if is_file /bin/freebsd-version; then
    release=$(sed -n 's/^USERLAND_VERSION="*\([^"]*\).*/\1/p' "$BELOW")
    printf 'ID=freebsd\nVERSION_ID="%s"\nPRETTY_NAME="FreeBSD %s"\n' "${release%%-*}" "$release"
    return
  fi
  for file in /etc/redhat-release /etc/SuSE-release /etc/alpine-release /etc/debian_version; do
    is_file "$file" || continue
    words=$(first_line "$file")
    version=$(say "$words" | sed 's/[^0-9]*\([0-9.]*\).*/\1/')
    case $words in
      CentOS*) id=centos ;;
      Red*) id=rhel ;;
      *[Ss][Uu][Ss][Ee]*) id=sles ;;
      *) id=$(say "${file#/etc/}" | sed 's/[-_].*//;s/redhat/rhel/') ;;
    esac
    printf 'ID=%s\nVERSION_ID="%s"\nPRETTY_NAME="%s"\n' "$id" "$version" "$words"
    return
  done
  is absent
}

p_os_extra() {
  put debian_version "$(first_line /etc/debian_version)"
  put redhat_release "$(first_line /etc/redhat-release)"
  put suse_release "$(first_line /etc/SuSE-release)"
  put alpine_release "$(first_line /etc/alpine-release)"
  if [ "$SYSTEM" = FreeBSD ] && [ -z "$ROOT" ]; then
    put freebsd_userland "$(limit freebsd-version -u)"
    put freebsd_kernel "$(limit freebsd-version -k)"
  elif is_file /bin/freebsd-version; then
    put freebsd_userland "$(sed -n 's/^USERLAND_VERSION="*\([^"]*\).*/\1/p' "$BELOW")"
  fi
  if [ "$MANAGER" = apt ]; then
    sources=$(p_sources)
    say "lts=$(yes_no matches "$sources" 'extended-lts|elts|-lts|security\.debian\.org|debian-security')"
    say "elts=$(yes_no matches "$sources" 'extended-lts|elts')"
    pro=absent
    if is_file /var/lib/ubuntu-advantage/status.json; then
      if grep -q '"attached": *true' "$BELOW"; then pro=attached; else pro=unattached; fi
    elif is_folder /etc/ubuntu-advantage; then
      pro=unattached
    fi
    say "pro=$pro"
  fi
  # From files: the programs themselves would ask their maker over the network.
  if is_file /etc/pki/consumer/cert.pem || is_file /etc/zypp/credentials.d/SCCcredentials; then say subscription=registered
  elif there subscription-manager || there SUSEConnect; then say subscription=unregistered
  else say subscription=absent; fi
}
matches() { say "$1" | grep -q -E -i -e "$2"; }

sorted() { if printf '1\n' | sort -V >/dev/null; then sort -V; else sort; fi; }
p_kernel() {
  say "running=$(uname -r)"
  say "machine=$(uname -m)"
  say "version=$(uname -v)"
  case $MANAGER in
    pacman) say "$PACKAGES" | awk -F '|' '$1 ~ /^linux(-lts|-zen|-hardened|-rt|-rt-lts)?$/ { print "installed=" $1 " " $2 }' ;;
    pkg) say "$PACKAGES" | awk -F '|' '$1 ~ /^FreeBSD-kernel-[a-z]*$/ { print "installed=" $1 " " $2 }'
      put installed "$(limit freebsd-version -k | sed 's/^/kernel /')" ;;
    *)
      {
        for hit in /boot/vmlinuz-[0-9]* /boot/vmlinux-[0-9]*; do [ ! -f "$hit" ] || say "${hit#/boot/vmlinu[xz]-}"; done
        for hit in /lib/modules/*/modules.dep; do [ ! -f "$hit" ] || { hit=${hit%/*}; say "${hit##*/}"; }; done
      } | grep -v rescue | sort -u | sorted | sed 's/^/installed=/' ;;
  esac
  found=no
  for hit in /sys/kernel/livepatch/*; do [ ! -d "$hit" ] || found=yes; done
  say "livepatch=$found"
}

p_addresses() {
  if [ -z "$ROOT" ]; then
    if have ip; then limit ip -o addr show | awk '$3 ~ /^inet/ { print $2 "|" $4 }'
    elif have ifconfig; then
      limit ifconfig -a | awk '
        /^[A-Za-z0-9]/ { name = $1; sub(/:$/, "", name) }
        $1 ~ /^inet6?$/ {
          a = ""; p = ""
          for (i = 2; i < NF; i++) if ($i == "prefixlen") p = "/" $(i + 1)
          a = ($2 == "addr:") ? $3 : $2; sub(/^addr:/, "", a); sub(/%.*/, "", a); print name "|" a p
        }'
    else is absent; fi
    return
  fi
  each file_addresses '/etc/network/interfaces' '/etc/network/interfaces.d/*' '/etc/netplan/*.yaml' '/etc/systemd/network/*.network' \
    '/etc/sysconfig/network-scripts/ifcfg-*' '/etc/sysconfig/network/ifcfg-*' '/etc/conf.d/net' '/etc/rc.conf' \
    '/etc/NetworkManager/system-connections/*'
  settle
}
# Only addresses of the server itself: no gateways, name servers, routes. Netplan and NetworkManager write a prefix to their own.
file_addresses() {
  text | awk -v file="$FILE" '
    { line = tolower($0); sub(/#.*/, "", line) }
    line ~ /gateway|dns|nameserver|route|via:|to:|netmask=|broadcast=|network=|search|dhcp/ { next }
    line !~ /addr|inet|^ *- / { next }
    {
      n = split(line, t, /[^0-9a-f.:\/]+/)
      for (i = 1; i <= n; i++) {
        if (t[i] !~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[0-9]+)?$/ && t[i] !~ /^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*(\/[0-9]+)?$/) continue
        if (t[i] ~ /^(127|255|0)\.|^::1(\/|$)|^:+$/) continue
        if (file ~ /yaml$|\.network$|NetworkManager/ && t[i] !~ /\//) continue
        print file "|" t[i]
        if (line ~ /inet|netmask/) break
      }
    }' | head -n 50
}

p_time() {
  service='' state=unknown
  for daemon in chronyd ntpd ntpsec systemd-timesyn openntpd busybox-ntpd; do is_running "$daemon" && service=$daemon; done
  if [ -d /run/systemd/system ] && have timedatectl; then
    case $(limit timedatectl status) in
      *synchronized:\ yes*) state=yes ;;
      *synchronized:\ no*) state=no ;;
    esac
  elif have chronyc; then
    case $(limit chronyc -n tracking) in *Normal*) state=yes ;; *"Not synchronised"*) state=no ;; esac
  elif have ntpq; then
    case $(limit ntpq -n -c 'rv 0 leap') in *leap=00*) state=yes ;; *leap=11*) state=no ;; esac
  fi
  say "synchronised=$state"
  put service "$service"
}
is_running() { case $PROCESSES in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# ---- Packages -------------------------------------------------------------------------------------------------------

find_manager() {
  if is_file /var/lib/dpkg/status; then say apt
  elif is_file /lib/apk/db/installed || is_file /usr/lib/apk/db/installed; then say apk
  elif is_folder /var/lib/pacman/local; then say pacman
  elif is_folder /etc/zypp; then say zypper
  elif is_folder /var/lib/rpm || is_folder /usr/lib/sysimage/rpm; then
    if there dnf || there dnf5 || is_folder /etc/dnf; then say dnf; else say yum; fi
  elif is_file /var/db/pkg/local.sqlite; then say pkg
  else say none; fi
}
is_dnf5() { there dnf5 && ! there dnf-3; }

# All installed packages: name|version|source|source version|origin.
installed_packages() {
  GOOD=0 STATUS=ok
  case $MANAGER in
    apt)
      contents_all /var/lib/dpkg/status | awk '
        function flush() {
          if (state ~ / installed$/) print p "|" v "|" (s == "" ? p : s) "|" (sv == "" ? v : sv) "|" origin()
          p = v = s = sv = m = state = ""
        }
        function origin() {
          # dpkg does not note it. Others than the distribution mark their versions, or are no distribution and have no revision.
          if (v ~ /sury|\+0~20[0-9][0-9][0-9][0-9]/) return "sury"
          if (v ~ /pgdg/) return "pgdg"
          if (v ~ /~bpo[0-9]/) return "backports"
          if (v !~ /[~.-](bookworm|bullseye|buster|stretch|trixie|forky|noble|jammy|focal|bionic|xenial|debian|ubuntu\.)|nodesource|debian[0-9]+$|maria~|percona|ppa/ &&
            (v ~ /-/ || m ~ /(debian\.(org|net)|ubuntu\.com|canonical\.com|raspbian\.org|devuan\.org)>$/)) return "distribution"
          sub(/.*@/, "", m); sub(/>.*/, "", m)
          return m == "" ? "-" : m
        }
        /^Package: / { flush(); p = $2 }
        /^Status: / { state = $0 }
        /^Version: / { v = $2 }
        /^Maintainer: / { m = $0 }
        /^Source: / { s = $2; if ($3 != "") { sv = $3; gsub(/[()]/, "", sv) } }
        END { flush() }' ;;
    dnf | yum | zypper)
      ask_apart rpm -qa --qf '%{NAME}|%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}|%{SOURCERPM}|%{VENDOR}\n' | awk -F '|' '
        NF == 4 && $1 != "gpg-pubkey" {
          s = $3; sub(/\.(no)?src\.rpm$/, "", s); sv = s; sub(/-[^-]*-[^-]*$/, "", s); sv = substr(sv, length(s) + 2)
          v = $2; o = $4; epoch = ""
          if (v ~ /:/) { epoch = v; sub(/:.*/, ":", epoch) }
          if (o ~ /AlmaLinux|Red Hat|CentOS|Rocky|Oracle|Fedora|SUSE|Amazon|CloudLinux|EuroLinux|Virtuozzo/) o = "distribution"
          if (o == "" || o == "(none)") o = "-"
          print $1 "|" v "|" (s == "" || s == "(none)" ? $1 : s) "|" (sv == "" ? v : epoch sv) "|" o
        }' ;;
    apk)
      is_file /lib/apk/db/installed || below /usr/lib/apk/db/installed
      head -c 20000000 "$BELOW" | awk '
        function flush() { if (p != "") print p "|" v "|" (s == "" ? p : s) "|" v "|distribution"; p = v = s = "" }
        /^$/ { flush() }
        /^P:/ { p = substr($0, 3) }
        /^V:/ { v = substr($0, 3) }
        /^o:/ { s = substr($0, 3) }
        END { flush() }' ;;
    pacman)
      below /var/lib/pacman/local
      limit find "$BELOW/" -maxdepth 2 -type f -name desc -exec cat {} + | awk '
        function flush() { if (p != "") print p "|" v "|" (s == "" ? p : s) "|" v "|" (o ~ /@archlinux\.org>/ ? "distribution" : "-"); p = v = s = o = "" }
        /^%NAME%$/ { flush(); getline p }
        /^%VERSION%$/ { getline v }
        /^%BASE%$/ { getline s }
        /^%PACKAGER%$/ { getline o }
        END { flush() }' ;;
    pkg)
      pkg_there && ask_own pkg query '%n|%v|%o|%v|%R' | sed 's/|FreeBSD[-a-z]*$/|distribution/' ;;
  esac
}
# FreeBSD's /usr/sbin/pkg alone would fetch the real one.
pkg_there() { is_file /usr/local/sbin/pkg || { is absent; return 1; }; }

p_manager() {
  say "manager=$MANAGER"
  case $MANAGER in
    none) ;;
    apk) names='apk-tools' ;;
    dnf) names='dnf dnf5' ;;
    *) names=$MANAGER ;;
  esac
  for name in ${names:-}; do
    version=$(say "$PACKAGES" | awk -F '|' -v p="$name" '$1 == p { print $2; exit }')
    [ -z "$version" ] || { say "version=$version"; break; }
  done
  put releasever "$(first_line /etc/dnf/vars/releasever)"
}

p_upgrade() {
  case $MANAGER in
    apt) # without a lock, and without writing its caches and its log of what it planned
      ask_own apt-get -s -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log::Planner= \
        -o APT::Get::Show-User-Simulation-Note=0 --ignore-hold dist-upgrade >/dev/null
      say "$answer" | grep -v '^Conf ' ;;
    dnf) GOOD='0 100'; if is_dnf5; then ask_apart dnf5 -C check-upgrade; else ask_apart dnf -C check-update; fi ;;
    yum) GOOD='0 100'; ask_apart yum -C '--disableplugin=fastestmirror,subscription-manager,product-id' check-update ;;
    zypper) GOOD='0 106'; ask_apart zypper --no-refresh --non-interactive --quiet list-updates ;;
    apk) ask_own apk --no-network version -l '<' ;;
    pacman) GOOD='0 1'; ask_apart pacman -Qu; case $answer in *error:*) is failed ;; esac ;; # 1 also means that there are none
    pkg) pkg_there && ask_own pkg version -vRUL= ;;
    *) is absent ;;
  esac
}
p_security() {
  case $MANAGER in
    dnf) if is_dnf5; then ask_apart dnf5 -C advisory list --security; else ask_apart dnf -C updateinfo list --security; fi ;;
    yum) ask_apart yum -C '--disableplugin=fastestmirror,subscription-manager,product-id' updateinfo list security ;;
    zypper) GOOD='0 106'; ask_apart zypper --no-refresh --non-interactive --quiet list-patches -g security ;;
    pacman) # arch-audit asks the network
      if [ "$DEEP" = no ]; then is skipped deep; elif there arch-audit; then ask_own arch-audit -u; else is absent; fi ;;
    pkg) GOOD='0 1'; pkg_there && ask_own pkg audit -q ;;
    *) is absent ;;
  esac
}
p_held() {
  case $MANAGER in
    apt) contents_all /var/lib/dpkg/status | awk '/^Package: / { p = $2 } /^Status: hold / { print p }' ;;
    dnf | yum)
      each bare '/etc/dnf/plugins/versionlock.list' '/etc/yum/pluginconf.d/versionlock.list'
      contents /etc/dnf/versionlock.toml | sed -n 's/^name *= *"\(.*\)"/\1/p'
      { contents /etc/dnf/dnf.conf; contents /etc/yum.conf; } | sed -n -E 's/^exclude(pkgs)? *= *//p' | tr ' ' ',' | tr ',' '\n' | grep . ;;
    zypper) contents /etc/zypp/locks | sed -n 's/^solvable_name: *//p' ;;
    apk) contents /etc/apk/world | grep '[=<>~]' ;;
    pacman) contents /etc/pacman.conf | sed -n -E 's/^ *Ignore(Pkg|Group) *= *//p' | tr ' ' '\n' | grep . ;;
    pkg) pkg_there && ask_own pkg query -e '%k = 1' '%n' ;;
    *) is absent ;;
  esac
}
bare() { text | sed 's/^ *//;/^[#;]/d;/^$/d'; }

p_lists() {
  case $MANAGER in
    apt) set -- '/var/lib/apt/lists/*_Packages*' '/var/lib/apt/lists/*Release' ;;
    # Where an archive has not changed, dnf touches other files than repomd.xml; yum's own mark is the cookie.
    dnf) set -- '/var/cache/dnf/*/repodata/*' '/var/cache/libdnf5/*/repodata/*' ;;
    yum) set -- '/var/cache/yum/*/cachecookie' '/var/cache/yum/*/*/*/cachecookie' ;;
    zypper) set -- '/var/cache/zypp/raw/*/repodata/repomd.xml' ;;
    apk) set -- '/var/cache/apk/APKINDEX*' '/etc/apk/cache/APKINDEX*' ;;
    pacman) set -- '/var/lib/pacman/sync/*.db' ;;
    pkg) set -- '/var/db/pkg/repo-*.sqlite' '/var/db/pkg/repos/*/db' ;;
    *) is absent; return ;;
  esac
  # The newest file of each archive counts for it.
  each list_time "$@" | awk -F '|' "$AWK_TIME"'
    { name = $4; if (!sub(/\/repodata\/[^\/]*$/, "", name)) name = $4 }
    !(name in at) || $1 > at[name] { at[name] = $1 }
    name ~ /security.*Release$/ && $1 > security { security = $1 }
    END {
      for (name in at) {
        count++
        if (newest == "" || at[name] > newest) newest = at[name]
        if (oldest == "" || at[name] < oldest) oldest = at[name]
      }
      if (count) { print "newest=" utc(newest); print "oldest=" utc(oldest) }
      print "count=" count + 0
      if (security) print "security=" utc(security)
    }'
  put success "$(time_of /var/lib/apt/periodic/update-success-stamp /var/lib/apt/periodic/update-stamp /var/cache/dnf/last_makecache)"
  put tried "$(time_of /var/lib/apt/lists/partial)"
  put audit "$(time_of /var/db/pkg/vuln.xml)"
}
list_time() { stat_of "$BELOW"; }

p_sources() {
  case $MANAGER in
    apt) each source_lines '/etc/apt/sources.list' '/etc/apt/sources.list.d/*.list' '/etc/apt/sources.list.d/*.sources' ;;
    dnf | yum) each repo_lines '/etc/yum.repos.d/*.repo' ;;
    zypper) each repo_lines '/etc/zypp/repos.d/*.repo' ;;
    apk) each source_lines '/etc/apk/repositories' ;;
    pacman) each repo_lines '/etc/pacman.conf' '/etc/pacman.d/mirrorlist' ;;
    pkg) each source_lines '/etc/pkg/*.conf' '/usr/local/etc/pkg/repos/*.conf' ;;
    *) is absent; return ;;
  esac
  settle
}
# A key can stand in a source's file: its lines begin with a blank.
source_lines() { text | grep -E '^[A-Za-z]|^ *(url|enabled|signature_type)' | grep -v '^#'; }
repo_lines() { text | grep -E '^(\[|name *=|baseurl *=|mirrorlist *=|metalink *=|enabled *=|gpgcheck *=|Server *=|Include *=)'; }

p_broken() {
  case $MANAGER in
    apt) GOOD='0 1'; ask_dpkg --audit ;;
    pacman) GOOD='0 1'; ask_apart pacman -Dk ;;
    pkg) GOOD='0 1'; pkg_there && ask_own pkg check -d -n ;;
    *) is absent ;;
  esac
}

# Servers, languages, libraries and kernels: what matters most when it is old
INTEREST='^(FreeBSD-.*|openssl|libssl.*|openssh.*|php.*|libapache2-mod-php.*|nginx.*|apache2?|apache2-bin|httpd.*|lighttpd|caddy|postfix|exim.*|dovecot.*|'\
'sendmail.*|opensmtpd.*|bind9?.*|unbound|dnsmasq.*|pdns.*|squid.*|tinyproxy.*|dante-server|mariadb.*|mysql.*|postgresql.*|redis.*|valkey.*|'\
'mongodb.*|memcached|docker.*|containerd.*|podman|runc|tomcat.*|nodejs.*|python3([.][0-9]+)?|ruby|openjdk.*|java-.*|linux-image.*|kernel.*|'\
'linux(-lts|-zen|-hardened|-virt)?|glibc|libc6|musl|sudo|systemd|bash|curl|libcurl.*|gnutls.*|libgnutls.*|webmin|plesk.*|cpanel.*|'\
'directadmin|hestia.*|froxlor|ispconfig.*|cloudpanel|roundcube.*|phpmyadmin|wordpress|nextcloud|drupal.*|clamav.*|fail2ban|proftpd.*|'\
'pure-ftpd.*|vsftpd|samba.*|snmpd|net-snmp|ntp|ntpsec|chrony|openvpn|wireguard.*|strongswan.*|xz-utils|xz|liblzma5|rsync|git|perl)$'
p_interest() {
  [ "$MANAGER" != none ] || { is absent; return; }
  [ -n "$PACKAGES" ] || { no_packages; return; }
  say "$PACKAGES" | awk -F '|' "
    (\$1 ~ /$INTEREST/ || \$3 ~ /^(openssl|openssh|mariadb|php[0-9.]*|linux|linux-signed.*)\$/) && \$1 !~ /-(doc|dev|devel|dbg|dbgsym|common-data)\$/ {
      print \$1 FS \$2 FS \$3 FS \$5 }"
}
no_packages() {
  case $MANAGER in dnf | yum | zypper) tool=rpm ;; *) tool=$MANAGER ;; esac
  if ! there "$tool"; then is absent; elif [ -n "$ROOT" ] && [ "$CHROOT" = no ]; then is "$NO_CHROOT" no-chroot; else is failed; fi
}
p_installed() {
  if [ "$LIST" = no ]; then is skipped packages; return; fi
  [ -n "$PACKAGES" ] || { no_packages; return; }
  say "$PACKAGES" | awk -F '|' '{ print $1 "|" $2 "|" $3 "|" $4 }'
}

# On another disk our own dpkg is asked, which runs nothing of it; only where we have none, that of the disk. By its path, since a
# busybox may have one of its own that knows less.
ask_dpkg() {
  program=$(path_of dpkg)
  if ! there dpkg; then is absent
  elif [ -z "$program" ] || [ "$NO_CHROOT" = skipped ]; then ask_own dpkg "$@"
  elif [ -n "$ROOT" ]; then ask "$program" --root="$ROOT" "$@"
  else ask "$program" "$@"; fi
}
path_of() {
  (
    IFS=:
    for place in $PATH; do
      if [ -f "$place/$1" ] && [ -x "$place/$1" ]; then say "$place/$1"; break; fi
    done
  )
}
# What intruders change; with --deep every package.
p_integrity() {
  if [ "$ADMIN" = no ]; then is denied; return; fi
  [ -n "$PACKAGES" ] || { no_packages; return; }
  names=$(say "$PACKAGES" | awk -F '|' -v deep="$DEEP" '
    deep == "yes" || $1 ~ /^(bash|dash|busybox|coreutils|util-linux|shadow|shadow-utils|login|passwd|openssh|openssh-(server|clients?)|sudo|opendoas|pam|libpam-modules|libpam0g|glibc|libc6|libc-bin|musl|procps|procps-ng|psmisc|net-tools|iproute2?|findutils|grep|lsof|cron|cronie)$/ { print $1 }' | sort -u)
  [ -n "$names" ] || { is absent; return; }
  if [ "$DEEP" = yes ] || [ "$MANAGER" = apk ]; then say checked=all; else say "checked=$(say "$names" | tr '\n' ' ')"; fi
  GOOD='0 1 2 3 4 5 6 7 8 9 10'
  # shellcheck disable=SC2086 # names of packages hold no blanks
  case $MANAGER in
    apt) ask_dpkg --verify $names ;;
    dnf | yum | zypper) 
      ask_reader rpm -V --nodeps --noscripts $names >/dev/null
      if [ "$NOTE" = not-root ]; then say "$answer" | grep -v -E '^[.?]*[?][.?]* '; else say "$answer"; fi ;; # "?": could not be read
    apk) ask_own apk --no-network audit --system ;;
    pacman) ask_apart pacman -Qkk $names >/dev/null; say "$answer" | grep -v ' 0 altered files' ;;
    pkg) pkg_there && ask_own pkg check -s -q $names ;;
    *) is absent ;;
  esac
}

# ---- Restarts and automation ----------------------------------------------------------------------------------------

p_reboot() {
  if [ -e /var/run/reboot-required ]; then
    say required=yes
    put packages "$(sort -u /var/run/reboot-required.pkgs | tr '\n' ',' | sed 's/,$//')"
    say tool=reboot-required
    put text "$(head -n 1 /var/run/reboot-required)"
  elif [ "$MANAGER" = apt ] && { [ -e /usr/share/update-notifier/notify-reboot-required ] || [ -e /etc/kernel/postinst.d/unattended-upgrades ]; }; then
    printf 'required=no\ntool=reboot-required\n'
  elif have needs-restarting && [ "$MANAGER" != zypper ]; then
    GOOD='0 1'
    ask_apart needs-restarting -r >/dev/null
    [ "$STATUS" = ok ] || return
    if [ "$EXIT" = 1 ]; then say required=yes; else say required=no; fi
    say tool=needs-restarting
    put text "$(say "$answer" | head -n 1)"
  elif [ "$MANAGER" = zypper ]; then
    GOOD='0 102'
    ask_apart zypper --no-refresh --non-interactive --quiet needs-rebooting >/dev/null
    if [ -e /run/reboot-needed ] || [ -e /boot/do_purge_kernels ] || [ "$EXIT" = 102 ]; then say required=yes
    elif [ "$STATUS" = ok ]; then say required=no
    else return; fi
    EXIT='' STATUS=ok
    say tool=zypper
  else # nothing here notes it
    printf 'required=unknown\ntool=none\n'
  fi
}

# Programs that still use files that were replaced, by the name of their unit if they have one. Not asked of needrestart, which
# runs interpreters with the surroundings of programs that may be an intruder's.
p_stale() {
  if [ ! -r /proc/self/maps ]; then is absent; return; fi
  [ "$ADMIN" = yes ] || { is denied; return; }
  hits=$(limit grep -sE ' /(usr/)?(s?bin|lib[^ ]*)/.*\(deleted\)$' /proc/[0-9]*/maps)
  case $? in 124 | 137 | 143) is timeout ;; esac
  say "$hits" | awk '
    { split($0, f, "/"); pid = f[3]; file = $0; sub(/^[^ ]* +[^ ]* +[^ ]* +[^ ]* +[^ ]* +/, "", file); sub(/ \(deleted\)$/, "", file); gsub(/\|/, "?", file) }
    pid ~ /^[0-9]+$/ && !(pid in seen) { seen[pid] = 1; print pid "|" file }' | head -n 101 | while IFS='|' read -r pid file; do
    unit=$(sed -n 's#.*/\([^/]*\.service\)$#\1#p' "/proc/$pid/cgroup" | head -n 1)
    say "${unit:-$(cat "/proc/$pid/comm")}|$pid|$file"
  done
}

p_automation() {
  each_tool_of_systemd
  case $MANAGER in
    apt) auto_unattended ;;
    dnf) if is_dnf5; then auto_dnf dnf5-automatic; else auto_dnf dnf-automatic; fi ;;
    yum) auto_yum ;;
    zypper) auto_cron zypper 'zypper .*(patch|up|update|dup)' ;;
    apk) auto_cron apk-cron 'apk .*upgrade' ;;
    pacman) auto_cron pacman-cron 'pacman .*-[a-zA-Z]*S[a-zA-Z]*u' ;;
    pkg)
      auto_cron freebsd-update 'freebsd-update .*cron' no
      auto_cron pkg-cron 'pkg .*upgrade' ;;
    *) is absent ;;
  esac
}
each_tool_of_systemd() {
  enabled transactional-update.timer || return 0
  printf 'transactional-update|installed|yes\ntransactional-update|enabled|yes\ntransactional-update|installs|yes\n'
  say 'transactional-update|timer|transactional-update.timer'
  auto_stamp transactional-update transactional-update.timer
}
# When a timer last ran, and how its service ended
auto_stamp() {
  put "$1|last_run" "$(time_of "/var/lib/systemd/timers/stamp-$2")" | tr '=' '|'
  if [ -z "$ROOT" ] && [ -d /run/systemd/system ] && have systemctl; then
    put "$1|last_result" "$(limit systemctl show -p Result "${2%.timer}.service" | sed -n 's/^Result=//p')" | tr '=' '|'
  fi
}
auto_unattended() {
  tool=unattended-upgrades
  if ! there unattended-upgrade; then say "$tool|installed|no"; return; fi
  say "$tool|installed|yes"
  options=$(each bare '/etc/apt/apt.conf.d/*' '/etc/apt/apt.conf' | sed 's# *//.*##')
  periodic=$(setting_of apt::periodic::unattended-upgrade)
  on=no
  if enabled apt-daily-upgrade.timer || { is_file /etc/cron.daily/apt-compat && ! is_folder /etc/systemd/system; }; then on=yes; fi
  below /etc/systemd/system/apt-daily-upgrade.timer
  case $(readlink "$BELOW") in */dev/null) on=no ;; esac
  case ${periodic:-0} in 0 | 0[smhd]) on=no ;; esac
  say "$tool|enabled|$on"
  say "$tool|installs|yes"
  origins=$(say "$options" | awk '
    tolower($0) ~ /unattended-upgrade::(allowed-origins|origins-pattern)/ { inside = 1; if ($0 !~ /"/) next }
    inside && match($0, /"[^"]*"/) { print substr($0, RSTART + 1, RLENGTH - 2) }
    /^[ \t]*}|\} *;? *$/ { if ($0 !~ /\$\{[^}]*\}[^}]*$/) inside = 0 }')
  say "$origins" | grep . | head -n 20 | sed "s/^/$tool|origins|/"
  [ -z "$origins" ] || if say "$origins" | grep -v -i -q -e security -e '^$'; then say "$tool|security_only|no"; else say "$tool|security_only|yes"; fi
  case $(setting_of unattended-upgrade::automatic-reboot) in true | 1 | yes) say "$tool|reboot|yes" ;; *) say "$tool|reboot|no" ;; esac
  put "$tool|last_run" "$(time_of /var/lib/apt/periodic/upgrade-stamp /var/lib/apt/periodic/unattended-upgrades-stamp)" | tr '=' '|'
  log=/var/log/unattended-upgrades/unattended-upgrades.log
  if is_file $log && [ -r "$BELOW" ]; then
    result=$(tail -n 1 "$BELOW" | cut -c 1-200 | sed 's/^[0-9: ,-]*//')
    case $result in
      *'No packages found'* | *'All upgrades installed'*) say "$tool|last_success|$(time_of $log)" ;;
    esac
    say "$tool|last_result|$result"
  fi
  say "$tool|timer|apt-daily-upgrade.timer"
}
# The last value of an option of apt, in lower case
setting_of() {
  say "$options" | tr '[:upper:]' '[:lower:]' | sed -n "s/^ *$1 *\"\{0,1\}\([^\";]*\).*/\1/p" | tail -n 1
}
auto_dnf() {
  tool=$1 timer=''
  case $tool in dnf5-automatic) below /usr/lib/systemd/system/dnf5-automatic.timer ;; *) below /usr/lib/systemd/system/dnf-automatic.timer ;; esac
  if [ ! -f "$BELOW" ]; then say "$tool|installed|no"; return; fi
  say "$tool|installed|yes"
  for unit in "$tool.timer" dnf-automatic.timer dnf-automatic-install.timer dnf-automatic-download.timer dnf-automatic-notifyonly.timer; do
    if enabled "$unit"; then timer=$unit; break; fi
  done
  conf=$(contents /etc/dnf/automatic.conf || contents /usr/share/dnf5/dnf5-plugins/automatic.conf)
  installs=no
  if [ "$(ini_of apply_updates)" = yes ] || [ "$(ini_of apply_updates)" = true ]; then installs=yes; fi
  case $timer in *-install.timer) installs=yes ;; *-download.timer | *-notifyonly.timer) installs=no ;; esac
  say "$tool|enabled|$(yes_no [ -n "$timer" ])"
  say "$tool|installs|$installs"
  say "$tool|security_only|$(yes_no [ "$(ini_of upgrade_type)" = security ])"
  case $(ini_of reboot) in when-*) say "$tool|reboot|yes" ;; *) say "$tool|reboot|no" ;; esac
  [ -n "$timer" ] || return 0
  say "$tool|timer|$timer"
  auto_stamp "$tool" "$timer"
}
ini_of() { say "$conf" | sed -n "s/^ *$1 *= *\([^ #]*\).*/\1/p" | tail -n 1 | tr '[:upper:]' '[:lower:]'; }
auto_yum() {
  if ! is_file /etc/yum/yum-cron.conf; then say 'yum-cron|installed|no'; return; fi
  conf=$(contents /etc/yum/yum-cron.conf)
  say 'yum-cron|installed|yes'
  on=no
  if enabled yum-cron.service || is_file /var/lock/subsys/yum-cron; then on=yes; fi
  say "yum-cron|enabled|$on"
  say "yum-cron|installs|$(yes_no [ "$(ini_of apply_updates)" = yes ])"
  case $(ini_of update_cmd) in *security*) say 'yum-cron|security_only|yes' ;; *) say 'yum-cron|security_only|no' ;; esac
  say 'yum-cron|reboot|no'
  say 'yum-cron|timer|/etc/cron.daily/0yum-daily.cron'
}
# An upgrade in cron or a timer of somebody's own: TOOL, what its command looks like, and whether it installs.
auto_cron() {
  place=$(grep_jobs "$2" | head -n 1)
  if [ -z "$place" ]; then say "$1|installed|no"; return; fi
  printf '%s\n' "$1|installed|yes" "$1|enabled|yes" "$1|installs|${3:-yes}" "$1|timer|$place"
}
grep_jobs() {
  WANTED=$1
  each has_job '/etc/crontab' '/etc/cron.d/*' '/etc/cron.daily/*' '/etc/cron.weekly/*' '/etc/cron.hourly/*' '/var/spool/cron/*' \
    '/var/spool/cron/tabs/*' '/var/spool/cron/crontabs/*' '/etc/crontabs/*' '/etc/periodic/daily/*' '/etc/periodic/weekly/*' \
    '/var/cron/tabs/*' '/usr/local/etc/periodic/daily/*' '/etc/systemd/system/*.service'
}
has_job() { ! text | grep -v '^ *#' | grep -q -E -e "$WANTED" || say "$FILE"; }

# ---- Software -------------------------------------------------------------------------------------------------------

# name|version|path|package|origin. The version of a package is that of the package; other programs are asked.
p_runtimes() {
  found=$(
    runtime php '/usr/bin/php' '/usr/bin/php[0-9]*' '/usr/sbin/php-fpm*' '/usr/local/bin/php' '/opt/plesk/php/*/bin/php' '/opt/cpanel/ea-php*/*/usr/bin/php' \
      '/opt/remi/php*/*/usr/bin/php' '/opt/alt/php*/usr/bin/php' '/usr/local/php*/bin/php' '/www/server/php/*/bin/php' '/usr/local/lsws/lsphp*/bin/php'
    runtime mariadb '/usr/sbin/mariadbd' '/usr/libexec/mariadbd' '/usr/local/libexec/mariadbd' '/usr/bin/mariadbd'
    runtime mysql '/usr/sbin/mysqld' '/usr/libexec/mysqld' '/usr/local/libexec/mysqld' '/usr/local/mysql/bin/mysqld' '/www/server/mysql/bin/mysqld'
    runtime postgresql '/usr/lib/postgresql/*/bin/postgres' '/usr/pgsql-*/bin/postgres' '/usr/bin/postgres' '/usr/local/bin/postgres'
    runtime redis '/usr/bin/redis-server' '/usr/local/bin/redis-server' '/usr/bin/valkey-server'
    runtime nginx '/usr/sbin/nginx' '/usr/bin/nginx' '/usr/local/sbin/nginx' '/usr/local/nginx/sbin/nginx' '/www/server/nginx/sbin/nginx'
    runtime apache '/usr/sbin/apache2' '/usr/sbin/httpd' '/usr/bin/httpd' '/usr/local/sbin/httpd' '/usr/local/apache/bin/httpd'
    runtime lighttpd '/usr/sbin/lighttpd' '/usr/bin/lighttpd' '/usr/local/sbin/lighttpd'
    runtime postfix '/usr/sbin/postfix' '/usr/bin/postfix' '/usr/local/sbin/postfix'
    runtime exim '/usr/sbin/exim4' '/usr/sbin/exim' '/usr/bin/exim' '/usr/local/sbin/exim'
    runtime dovecot '/usr/sbin/dovecot' '/usr/bin/dovecot' '/usr/local/sbin/dovecot'
    runtime sendmail '/usr/lib/sm.bin/sendmail' '/usr/sbin/sendmail.sendmail' '/usr/libexec/sendmail/sendmail'
    runtime bind '/usr/sbin/named' '/usr/bin/named' '/usr/local/sbin/named'
    runtime unbound '/usr/sbin/unbound' '/usr/bin/unbound' '/usr/local/sbin/unbound'
    runtime squid '/usr/sbin/squid' '/usr/sbin/squid3' '/usr/bin/squid' '/usr/local/sbin/squid'
    runtime openssl '/usr/bin/openssl' '/usr/local/bin/openssl' '/usr/local/ssl/bin/openssl'
    runtime openssh '/usr/sbin/sshd' '/usr/bin/sshd' '/usr/local/sbin/sshd'
    runtime node '/usr/bin/node' '/usr/local/bin/node' '/usr/bin/nodejs' "$ROOTS_HOME/.nvm/versions/node/*/bin/node"
    runtime python '/usr/bin/python3' '/usr/bin/python2*' '/usr/local/bin/python3*'
    runtime ruby '/usr/bin/ruby' '/usr/local/bin/ruby'
    runtime java '/usr/bin/java' '/usr/local/bin/java' '/opt/*/bin/java'
    runtime docker '/usr/bin/dockerd' '/usr/local/bin/dockerd' '/usr/bin/podman'
    runtime tomcat '/opt/tomcat*/RELEASE-NOTES' '/usr/share/tomcat*/RELEASE-NOTES' '/usr/local/tomcat*/RELEASE-NOTES' '/usr/share/tomcat*/bin/catalina.sh'
  )
  [ -n "$found" ] || return 0
  owned=$(say "$found" | cut -d '|' -f 2,3 | tr '|' '\n' | sort -u | owners)
  say "$found" | sort -u -t '|' -k 1,1 -k 3,3 | head -n 40 | while IFS='|' read -r name path real; do
    package=$(say "$owned" | awk -F '|' -v a="$path" -v b="$real" '$1 == a { first = $2 } $1 == b { second = $2 } END { print first != "" ? first : second }')
    row=$(say "$PACKAGES" | awk -F '|' -v p="$package" 'p != "" && $1 == p { print $2 "|" $5; exit }')
    version=${row%%\|*} origin=${row#*\|}
    [ -n "$version" ] || version=$(asked_version "$name" "$path")
    say "$name|${version:--}|$path|${package:--}|${origin:--}"
  done
}
runtime() { RUNTIME=$1; shift; each runtime_found "$@"; }
# Where a link leads to is what belongs to a package; a link to another of our paths counts once.
runtime_found() {
  case $FILE in *[!A-Za-z0-9/._+-]*-config | *.ini | *.conf | *phpize* | *-config) return ;; esac
  [ -x "$BELOW" ] || [ "$RUNTIME" = tomcat ] || return
  real=$BELOW
  if [ -z "$ROOT" ] && [ -L "$BELOW" ]; then real=$(readlink -f "$BELOW"); fi
  real=${real#"$ROOT"}
  case $RUNTIME:$real in
    python:*python3*-*) ;;
    mysql:*mariadbd | sendmail:*exim* | sendmail:*postfix*) ;;
    *) say "$RUNTIME|$FILE|$real" ;;
  esac
}
# Prints where a program really is, if nobody but root can change it: neither the file nor a folder above it.
roots_own() {
  real=$(readlink -f "$1") || return 1
  place=$real
  while [ -n "$place" ]; do
    # shellcheck disable=SC2012 # one name, of which only rights and owner are wanted
    case $(ls -ldn "$place" | awk 'NR == 1 { print $1, $3 }') in
      ?????w* | ????????w*) return 1 ;;
      [-d]*' 0') place=${place%/*} ;;
      *) return 1 ;;
    esac
  done
  say "$real"
}
# A program that no package knows is asked for its version, on the running system, and only if it belongs to root.
asked_version() {
  case $1 in
    tomcat) contents "$2" | sed -n 's/.*Apache Tomcat Version \([0-9.]*\).*/\1/p' | head -n 1; return ;;
  esac
  [ -z "$ROOT" ] || return 0
  if [ "$1" = postfix ]; then set -- postfix "${2%/*}/postconf"; fi
  program=$(roots_own "$2") || return 0
  set -- "$1" "$program"
  case $1 in
    php) limit "$2" -n -v ;;
    nginx | openssh) limit "$2" -v ;;
    apache | lighttpd | squid | unbound | bind) limit "$2" -v ;;
    openssl) limit "$2" version ;;
    java) limit "$2" -version ;;
    postfix) limit "$2" -h mail_version ;;
    exim) limit "$2" -bV ;;
    *) limit "$2" --version ;;
  esac 2>&1 | head -n 5 | sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9a-zA-Z.]*\).*/\1/p' | head -n 1
}
# "path|package" of the paths on standard input, where a package owns them. /usr/bin and /bin may be the same.
owners() {
  set --
  while IFS= read -r path; do set -- "$@" "$path"; done
  case $MANAGER in
    apt)
      below /var/lib/dpkg/info
      paths=$*
      for path in "$@"; do shift; set -- "$@" -e "$path" -e "${path#/usr}"; done
      limit find "$BELOW/" -maxdepth 1 -type f -name '*.list' -exec grep -sxF "$@" /dev/null {} + | sed 's#.*/\([^/:]*\)\(:[a-z0-9-]*\)*\.list:\(.*\)#\3|\1#' | awk -F '|' -v paths="$paths" '
        BEGIN { n = split(paths, all, " ") } { has[$1] = $2 }
        END { for (i = 1; i <= n; i++) { p = all[i]; q = p; sub(/^\/usr/, "", q); if (p in has) print p "|" has[p]; else if (q in has) print p "|" has[q] } }' ;;
    apk)
      is_file /lib/apk/db/installed || below /usr/lib/apk/db/installed
      awk -v paths="$*" '
        BEGIN { n = split(paths, all, " "); for (i = 1; i <= n; i++) want[all[i]] = 1 }
        /^P:/ { p = substr($0, 3) } /^F:/ { f = substr($0, 3) }
        /^R:/ { path = "/" f "/" substr($0, 3); if (path in want) print path "|" p }' "$BELOW" ;;
    pacman)
      below /var/lib/pacman/local
      for path in "$@"; do shift; set -- "$@" -e "${path#/}"; done
      limit find "$BELOW/" -maxdepth 2 -type f -name files -exec grep -sxF "$@" /dev/null {} + | sed 's#.*/\([^/]*\)-[^-/]*-[^-/]*/files:\(.*\)#/\2|\1#' ;;
    dnf | yum | zypper)
      for path in "$@"; do
        GOOD='0 1'
        ask_apart rpm -qf --qf '%{NAME}\n' "$path" >/dev/null
        [ "$EXIT" != 0 ] || say "$path|$(say "$answer" | head -n 1)"
      done ;;
    pkg)
      for path in "$@"; do
        ask_own pkg which -q "$path" >/dev/null
        [ "$EXIT" != 0 ] || say "$path|$(say "$answer" | sed 's/-[^-]*$//')"
      done ;;
  esac
}

p_panels() {
  panel plesk /usr/local/psa/version 's/^\([0-9.]*\).*/\1/p'
  panel cpanel /usr/local/cpanel/version 's/^\([0-9.]*\).*/\1/p'
  panel directadmin /usr/local/directadmin/directadmin ''
  panel ispconfig /usr/local/ispconfig/server/lib/config.inc.php "s/.*ISPC_APP_VERSION', *'\([^']*\)'.*/\1/p"
  panel froxlor /var/www/froxlor/lib/Froxlor/Froxlor.php "s/.*const VERSION = '\([^']*\)'.*/\1/p"
  panel froxlor /var/www/html/froxlor/lib/Froxlor/Froxlor.php "s/.*const VERSION = '\([^']*\)'.*/\1/p"
  panel hestia /usr/local/hestia/conf/hestia.conf "s/^VERSION='\([^']*\)'.*/\1/p"
  panel vesta /usr/local/vesta/conf/vesta.conf "s/^VERSION='\([^']*\)'.*/\1/p"
  for place in /usr/share/webmin /usr/libexec/webmin /usr/local/lib/webmin; do
    panel webmin $place/version 's/^\([0-9.]*\).*/\1/p'
    panel virtualmin $place/virtual-server/module.info 's/^version=\([0-9.]*\).*/\1/p'
  done
  panel cyberpanel /usr/local/CyberCP/version.txt 's/.*"version": *"\([^"]*\)".*/\1/p'
  panel aapanel /www/server/panel/class/common.py "s/.*g.version *= *'\([^']*\)'.*/\1/p"
  panel cloudpanel /home/clp/htdocs/app/files/VERSION 's/^\([0-9.]*\).*/\1/p'
  panel keyhelp /home/keyhelp/www/keyhelp/VERSION 's/^\([0-9.]*\).*/\1/p'
}
panel() {
  is_file "$2" || return 0
  version=''
  [ -z "$3" ] || version=$(text | sed -n "$3" | head -n 1)
  say "$1|${version:--}|-"
}

# Folders in which web sites live, and the files by which we know what a site is made with
find_sites() {
  set --
  for place in /var/www /srv /home /usr/share /usr/local/www /var/lib/roundcube /opt /www/wwwroot /usr/local/cpanel/base/3rdparty; do
    below "$place"
    [ ! -d "$BELOW" ] || set -- "$@" "$BELOW"
  done
  [ $# -gt 0 ] || return 0
  names "$@" -xdev -maxdepth 8 \( -name node_modules -o -name .git -o -name doc -o -name locale -o -name icons -o -name .cache \) -prune -o -type f \( \
    -path '*/wp-includes/version.php' -o -path '*/core/lib/Drupal.php' -o -path '*/includes/bootstrap.inc' \
    -o -path '*/administrator/manifests/files/joomla.xml' -o -path '*/Classes/Information/Typo3Version.php' -o -path '*/bin/magento' \
    -o -path '*/app/AppKernel.php' -o -path '*/config/settings.inc.php' -o -path '*/program/include/iniset.php' -o -path '*/lib/versioncheck.php' \
    -o -path '*/libraries/classes/Version.php' -o -path '*/libraries/classes/Config.php' -o -path '*/src/Version.php' \) |
    head -c 1000000 | tr '\n\000' '?\n' | awk 'NR <= 400; NR == 401 { print "=cut" } $0 == "=timeout" && NR > 400' |
    while IFS= read -r hit; do site_of "${hit#"$ROOT"}"; done
}
# kind|path|version of one such file, if it is what its name promises
site_of() {
  case $1 in
    =*) say "$1" ;;
    */wp-includes/version.php) site wordpress "${1%/wp-includes/*}" "$1" "s/^\$wp_version *= *'\([^']*\)'.*/\1/p" ;;
    */core/lib/Drupal.php) site drupal "${1%/core/lib/*}" "$1" "s/.*const VERSION *= *'\([^']*\)'.*/\1/p" ;;
    */includes/bootstrap.inc) site drupal "${1%/includes/*}" "$1" "s/.*define('VERSION', *'\([^']*\)').*/\1/p" ;;
    */joomla.xml) site joomla "${1%/administrator/*}" "$1" 's/.*<version>\([^<]*\)<.*/\1/p' ;;
    */Typo3Version.php) path=${1%/Classes/*}; path=${path%/vendor/typo3/cms-core}; site typo3 "${path%/typo3/sysext/core}" "$1" "s/.*VERSION *= *'\([0-9][^']*\)'.*/\1/p" ;;
    */bin/magento) site magento "${1%/bin/*}" "${1%/bin/*}/composer.json" 's/^ *"version": *"\([^"]*\)".*/\1/p' ;;
    */app/AppKernel.php) site prestashop "${1%/app/*}" "$1" "s/.*const VERSION *= *'\([^']*\)'.*/\1/p" ;;
    */config/settings.inc.php) site prestashop "${1%/config/*}" "$1" "s/.*'_PS_VERSION_', *'\([^']*\)'.*/\1/p" ;;
    */iniset.php) site roundcube "${1%/program/*}" "$1" "s/.*'RCMAIL_VERSION', *'\([^']*\)'.*/\1/p" ;;
    */lib/versioncheck.php) site nextcloud "${1%/lib/*}" "${1%/lib/*}/version.php" "s/^\$OC_VersionString *= *'\([^']*\)'.*/\1/p" ;;
    */libraries/classes/* | */src/Version.php)
      path=${1%/libraries/*}; path=${path%/src/Version.php}
      if is_file "$path/js/dist/server_variables.js" || is_file "$path/libraries/vendor_config.php" || is_file "$path/app/vendor_config.php"; then
        site phpmyadmin "$path" "$1" "s/.*VERSION['\", =]* *['\"]\([0-9][^'\"]*\)['\"].*/\1/p"
      fi ;;
  esac
}
site() {
  folder=$(say "$2" | tr '|' '?')
  if is_file "$3"; then
    version=$(text | sed -n "$4" | head -n 1 | tr '|' '?')
    [ -z "$version" ] || say "$1|$folder|$version|$(stat_of "$BELOW" | rows owner)"
  else # a name with a line end in it
    case $3 in *'?'*) say "$1|$folder|-|-" ;; esac
  fi
}
p_sites() {
  sites_state
  say "$SITES" | grep '|' | sort -u -t '|' -k 1,2
}
# What the search for sites met
sites_state() {
  case $NL$SITES$NL in *"$NL=cut$NL"*) BIG=' cut' ;; esac
  case $NL$SITES$NL in *"$NL=timeout$NL"*) is timeout ;; esac
}

# WordPress's plugins and themes. Which of them are active stands in the database, which is not read.
p_plugins() {
  sites_state
  say "$SITES" | sed -n 's/^wordpress|\([^|]*\)|.*/\1/p' | head -n 60 | while IFS= read -r site; do
    [ "$(now)" -lt "$DEADLINE" ] || break
    for kind in plugin theme; do
      below "$site/wp-content/${kind}s"
      folder=$BELOW
      for hit in "$folder"/*/; do
        hit=${hit%/}
        [ -d "$hit" ] || continue
        slug=${hit##*/}
        main=$(main_of "$kind" "$site/wp-content/${kind}s/$slug" "$hit")
        [ -z "$main" ] || say "$site|$kind|$(printf '%s' "$slug" | tr '\n|' '??')|$main|-"
      done
    done
  done
}
# The version of a plugin or theme, "-" if there is none, nothing if it is none: KIND, its folder there, its folder here
main_of() {
  set -- "$1" "$2" "$3" style.css
  [ "$1" = theme ] || set -- "$1" "$2" "$3" "${2##*/}.php"
  if is_file "$2/$4"; then version_header; return; fi
  [ "$1" = plugin ] || return 0
  for hit in "$3"/*.php; do
    if is_file "$2/${hit##*/}" && head -c 8000 "$BELOW" | grep -q 'Plugin Name:'; then version_header; return; fi
  done
}
version_header() {
  version=$(head -c 8000 "$BELOW" | sed -n 's/^[ *#/]*[Vv]ersion: *\([0-9A-Za-z._-]*\).*/\1/p' | head -n 1)
  say "${version:--}"
}

# With --deep: what wp, run as the owner of each site, says of its files and updates
p_wp() {
  if [ "$DEEP" = no ]; then is skipped deep; return; fi
  have wp || { is absent; return; }
  [ "$ADMIN" = yes ] || { is denied; return; }
  say "$SITES" | sed -n 's/^wordpress|\([^|]*\)|[^|]*|\(.*\)/\1|\2/p' | head -n 10 | while IFS='|' read -r site owner; do
    for question in 'core verify-checksums' 'plugin verify-checksums --all'; do
      key=${question%% *}-checksums
      # Code of a site is never run as root.
      if [ "$owner" = root ]; then say "$site|$key|not run"; continue; fi
      wp_as "$owner" "$site" "$question" >/dev/null 2>&1
      case $? in 0) say "$site|$key|ok" ;; 1) say "$site|$key|failed" ;; *) say "$site|$key|not run" ;; esac
    done
    [ "$owner" != root ] || continue
    wp_as "$owner" "$site" 'core check-update --field=version' | tail -n 1 | grep '^[0-9]' | while IFS= read -r found; do say "$site|core-update|$found"; done
    wp_as "$owner" "$site" 'plugin list --update=available --fields=name,update_version --format=csv' | sed 1d | tr ',' ' ' |
      while IFS= read -r found; do say "$site|plugin-update|$found"; done
  done
}
wp_as() { # in a session of its own: the site's code could otherwise type into root's terminal
  have setsid || return 126
  # shellcheck disable=SC2016 # the inner shell is to see the variables
  limit setsid su -s /bin/sh "$1" -c 'cd "$0" && exec wp --skip-plugins --skip-themes '"$3" "$2"
}

# ---- The host -------------------------------------------------------------------------------------------------------

p_listeners() {
  if have ss; then
    ask ss -lntupe >/dev/null
    rows_of_ss
  elif have sockstat; then
    ask sockstat -46l >/dev/null
    say "$answer" | awk '
      $5 ~ /^(tcp|udp)/ {
        p = $5; gsub(/4/, "", p); a = $6; port = a; sub(/.*:/, "", port); sub(/:[^:]*$/, "", a); sub(/%.*/, "", a)
        print p "|" a "|" port "|" $2 "|" $1
      }'
  elif have netstat; then
    ask netstat -lntup >/dev/null
    say "$answer" | awk '
      $1 ~ /^(tcp|udp)6?$/ {
        a = $4; port = a; sub(/.*:/, "", port); sub(/:[^:]*$/, "", a); who = "-"
        for (i = 6; i <= NF; i++) if ($i ~ /^[0-9]+\//) { who = $i; sub(/^[0-9]+\//, "", who); sub(/:$/, "", who) }
        p = $1; if (a ~ /:/ && p !~ /6/) p = p "6"
        print p "|" a "|" port "|" who "|-"
      }'
  elif [ -r /proc/net/tcp ]; then
    for table in tcp tcp6 udp udp6; do
      [ ! -r /proc/net/$table ] || awk -v p=$table '
        function hex(s,   i, n) { n = 0; for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1; return n }
        function four(s) { return hex(substr(s, 7, 2)) "." hex(substr(s, 5, 2)) "." hex(substr(s, 3, 2)) "." hex(substr(s, 1, 2)) }
        function six(s,   i, w, a) {
          if (s ~ /^0+$/) return "::"
          if (s == "00000000000000000000000001000000") return "::1"
          for (i = 0; i < 4; i++) {
            w = substr(s, i * 8 + 1, 8)
            a = a (i ? ":" : "") tolower(substr(w, 7, 2) substr(w, 5, 2) ":" substr(w, 3, 2) substr(w, 1, 2))
          }
          return a
        }
        ($4 == "0A" && p ~ /tcp/) || ($4 == "07" && p ~ /udp/) {
          split($2, x, ":"); print p "|" (p ~ /6/ ? six(x[1]) : four(x[1])) "|" hex(x[2]) "|-|" $8
        }' /proc/net/$table
    done
  else
    is absent
  fi
}
rows_of_ss() {
  below /etc/passwd
  say "$answer" | awk '
    FILENAME == ARGV[1] { split($0, f, ":"); if (!(f[3] in user)) user[f[3]] = f[1]; next }
    $1 == "tcp" || $1 == "udp" {
      a = $5; port = a; sub(/.*:/, "", port); sub(/:[^:]*$/, "", a); gsub(/[][]/, "", a); sub(/%.*/, "", a)
      p = $1; if (a ~ /:/ || a == "*") p = p "6"
      program = "-"; if (match($0, /\(\("[^"]*"/)) { program = substr($0, RSTART + 3, RLENGTH - 4); gsub(/\|/, "?", program) }
      u = "root"; if (match($0, / uid:[0-9]+/)) { u = substr($0, RSTART + 5, RLENGTH - 5); u = (u in user) ? user[u] : u }
      print p "|" a "|" port "|" program "|" u
    }' "$BELOW" -
}

# A question that would load a part of the kernel is not asked: where the kernel does not have it, there are no rules.
nft_in_kernel() { # 0 yes, 1 no, 2 not to be told
  [ ! -d /sys/module/nf_tables ] || return 0
  if [ -r /proc/kallsyms ]; then grep -q nf_tables_newtable /proc/kallsyms; return; fi
  list=/lib/modules/$(uname -r)/modules.builtin
  [ -r "$list" ] || return 2
  grep -q '/nf_tables\.ko' "$list"
}
if_nft() {
  nft_in_kernel
  case $? in 0) ask "$@" ;; 1) is ok not-loaded ;; *) is skipped not-loaded ;; esac
}
p_nft() { if ! have nft; then is absent; elif [ "$ADMIN" = no ]; then is denied; else if_nft nft list ruleset; fi; }
p_iptables() { # PROGRAM, file of its loaded tables, TABLE
  if ! have "$1"; then is absent; return; fi
  if [ "$ADMIN" = no ]; then is denied; return; fi
  case $(limit "$1" -V) in
    *nf_tables*) if_nft "$1" -t "$3" -S; return ;;
    *' v1.'*) grep -q "^$3\$" "$2" || { is ok not-loaded; return; } ;;
  esac
  ask "$1" -t "$3" -S
}
p_pf() { if have pfctl && [ -e /dev/pf ]; then ask pfctl -sr; else is absent; fi; }
p_ufw() {
  if ! have ufw; then is absent
  elif [ "$ADMIN" = no ]; then is denied
  elif contents /etc/ufw/ufw.conf | grep -q -i '^ENABLED=yes'; then ask ufw status verbose
  else say 'Status: inactive'; fi
}
p_firewalld() {
  have firewall-cmd || { is absent; return; }
  GOOD='0 252'
  ask firewall-cmd --state
  [ "$EXIT" != 0 ] || ask firewall-cmd --list-all-zones
}
p_firewall_state() {
  if [ -z "$ROOT" ]; then
    if have ip; then global=$(limit ip -6 -o addr show scope global | head -n 1); else
      global=$(limit ifconfig -a | grep 'inet6 ' | grep -v -i -E 'fe80|::1( |/|$)|scopeid|host' | head -n 1); fi
    say "ipv6=$(yes_no [ -n "$global" ])"
  fi
  docker=no
  if [ -d /sys/class/net/docker0 ] || [ -S /var/run/docker.sock ]; then docker=yes; fi
  [ -n "$ROOT" ] && is_file /usr/bin/dockerd && docker=yes
  say "docker=$docker"
  say "nft_service=$(yes_no enabled nftables.service)"
  say "ufw_enabled=$(yes_no matches "$(contents /etc/ufw/ufw.conf)" '^enabled=yes')"
  say "firewalld_enabled=$(yes_no enabled firewalld.service)"
  saved=no
  for place in /etc/iptables/rules.v4 /etc/iptables/iptables.rules /etc/sysconfig/iptables /etc/iptables/rules-save; do is_file $place && saved=yes; done
  say "iptables_saved=$saved"
  if [ -z "$ROOT" ] && [ "$ADMIN" = yes ] && have pfctl && [ -e /dev/pf ]; then
    say "pf_enabled=$(yes_no matches "$(limit pfctl -si)" '^Status: Enabled')"
  else
    say "pf_enabled=$(yes_no matches "$(contents /etc/rc.conf)" '^pf_enable="?yes')"
  fi
}
p_containers() { # only of a service that runs already: a question would start it
  if have docker && is_running dockerd; then ask docker ps --format '{{.Names}}|{{.Ports}}'
  elif have podman && is_running conmon; then ask podman ps --format '{{.Names}}|{{.Ports}}'
  elif have docker || have podman; then :
  else is absent; fi
}

p_sshd() {
  have sshd || { is absent; return; }
  program=$(command -v sshd)
  ask "$program" -T >/dev/null
  # Some versions want to know who logs in where there are Match lines.
  [ "$STATUS" != failed ] || ask "$program" -T -C user=nobody,host=host.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=22 >/dev/null
  case $STATUS:$answer in
    failed:*[Mm]issing?privilege?separation?directory*) is skipped no-run-sshd ;; # it is made when sshd starts
    *) say "$answer" | grep -v -i '^hostkey ' ;;
  esac
}
p_sshd_files() {
  each sshd_lines '/etc/ssh/sshd_config' '/etc/ssh/sshd_config.d/*.conf' '/usr/etc/ssh/sshd_config' '/usr/etc/ssh/sshd_config.d/*.conf' '/usr/local/etc/ssh/sshd_config'
  settle
}
sshd_lines() { bare | grep -v -i '^hostkey' | awk -v file="$FILE" '{ print file "|" $0 }'; }

# passwd of the looked-at system, at most 2000 lines
passwd_lines() { contents /etc/passwd | head -n 2000; }
p_keys() {
  places=$(key_places)
  found=$(passwd_lines | places=$places awk -F : '
    function expand(p,   out, i, c) { # %h, %u and %% of sshd_config
      for (i = 1; i <= length(p); i++) {
        c = substr(p, i, 1)
        if (c == "%") { c = substr(p, ++i, 1); c = (c == "h") ? home : (c == "u") ? $1 : c }
        out = out c
      }
      return out ~ /^\// ? out : home "/" out
    }
    BEGIN { n = split(ENVIRON["places"], all, "\n") }
    NF < 6 || /^[+-]/ || $6 !~ /^\/./ { next }
    { home = $6; sub(/\/+$/, "", home); for (i = 1; i <= n; i++) { p = $1 ":" expand(all[i]); if (!(p in seen)) { seen[p] = 1; print p } } }' |
    while IFS=: read -r account place; do keys_of "$account" "$place"; done | head -n 500)
  case $NL$found$NL in *"$NL=unread$NL"*) is denied ;; esac
  say "$found" | grep -v '^=unread$'
}
# Where sshd looks for keys: its own answer, all its files, and where it does without being told
key_places() {
  {
    say 'AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2'
    [ -n "$ROOT" ] || ! have sshd || limit "$(command -v sshd)" -T
    each bare '/etc/ssh/sshd_config' '/etc/ssh/sshd_config.d/*.conf' '/usr/etc/ssh/sshd_config' '/usr/local/etc/ssh/sshd_config'
  } | tr '\t="' '   ' | awk 'tolower($1) == "authorizedkeysfile" { for (i = 2; i <= NF; i++) if ($i != "none" && !seen[$i]++ && n++ < 10) print $i }'
}
keys_of() { # ACCOUNT FILE
  below "${2%/*}"
  upper=$BELOW
  while [ ! -d "$upper" ] && [ "$upper" != "${upper%/*}" ]; do upper=${upper%/*}; done
  if [ -d "$upper" ] && ! [ -x "$upper" ]; then say '=unread'; return; fi
  is_file "$2" || return 0
  if [ ! -r "$BELOW" ]; then say '=unread'; return; fi
  count=$(text | grep -c -E '(^|[ ,"])(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ +[A-Za-z0-9+/]{20}')
  say "$1|$(printf '%s' "$2" | tr '|' '?')|$(stat_of "$BELOW" | rows time)|$count"
}
p_accounts() {
  set -- /dev/null
  for file in /etc/shadow /etc/master.passwd; do
    is_file $file && [ -r "$BELOW" ] && set -- "$BELOW"
  done
  # Of the hash only whether there is one leaves the awk program.
  passwd_lines | awk -F : "$AWK_TIME"'
    function kind(hash) { return hash == "" ? "none" : hash ~ /^[*!]|^x$|^LK$|^NP$/ ? "locked" : "set" }
    FILENAME == ARGV[1] { state[$1] = kind($2); if (NF == 9 && $3 ~ /^[0-9]+$/) changed[$1] = day($3); next }
    NF < 6 || /^[+-]/ { next } # the second: of NIS
    ($7 !~ /(nologin|false|sync|halt|shutdown)$/) || $3 == 0 || $3 >= 1000 {
      s = ($1 in state) ? state[$1] : ($2 == "" || length($2) > 1) ? kind($2) : "-"
      print $1 "|" $3 "|" ($7 == "" ? "/bin/sh" : $7) "|" s "|" (($1 in changed) ? changed[$1] : "-")
    }' "$1" -
}
p_admins() {
  contents /etc/group | awk -F : '$1 ~ /^(sudo|wheel|admin|root)$/ && $4 != "" { print $1 "|" $4 }'
  each nopasswd '/etc/sudoers' '/etc/sudoers.d/*' '/usr/local/etc/sudoers' '/usr/local/etc/sudoers.d/*' '/etc/doas.conf' '/etc/doas.d/*.conf' '/usr/local/etc/doas.conf'
  [ "$UNREAD" = no ] || NOTE=sudoers-denied
}
nopasswd() { bare | grep -E 'NOPASSWD|^permit.* nopass' | sed 's/^permit.* nopass *\([^ ]*\).*/\1/' | awk '{ print "nopasswd|" $1 }'; }
p_guard() {
  guard fail2ban fail2ban-server fail2ban-server
  guard sshguard sshguard sshguard
  guard crowdsec crowdsec crowdsec
  guard denyhosts denyhosts denyhosts
  guard csf csf lfd
  each second_factor '/etc/pam.d/sshd' '/etc/pam.d/login' '/etc/pam.d/common-auth' '/etc/pam.d/system-auth' '/etc/pam.d/password-auth'
}
guard() { # NAME PROGRAM PROCESS
  if is_running "$3"; then say "$1|active"; elif there "$2"; then say "$1|inactive"; else say "$1|absent"; fi
}
second_factor() { bare | sed -n -E 's/.*(pam_(google_authenticator|duo|u2f|yubico|oath|totp)).*/mfa|\1/p'; }

p_scanners() {
  scanner clamav clamscan clamd /var/lib/clamav/daily.cld /var/lib/clamav/daily.cvd /var/db/clamav/daily.cld /var/db/clamav/daily.cvd
  each clam_log '/var/log/clamav/*.log' '/var/log/clamscan*.log' '/var/log/clamav*.log' | sort | tail -n 1 | tr ' ' '\n'
  if there maldet || is_file /usr/local/maldetect/maldet; then
    scanner maldet maldet maldet /usr/local/maldetect/sigs/maldet.sigs.ver
    put 'maldet|version' "$(first_line /usr/local/maldetect/VERSION)" | tr '=' '|'
    last=$(contents /usr/local/maldetect/logs/event_log | grep 'scan completed' | tail -n 1)
    if [ -n "$last" ]; then
      say "maldet|last_scan|$(time_of /usr/local/maldetect/sess/session.last)"
      put 'maldet|found' "$(say "$last" | sed -n 's/.*hits \([0-9]*\).*/\1/p')" | tr '=' '|'
    fi
  else
    say 'maldet|installed|no'
  fi
  scanner rkhunter rkhunter rkhunter /var/lib/rkhunter/db/rkhunter.dat
  scan_log rkhunter /var/log/rkhunter.log 's/.*Possible rootkits: *\([0-9]*\).*/\1/p'
  scanner chkrootkit chkrootkit chkrootkit
  if is_file /var/log/chkrootkit/log.today; then
    say "chkrootkit|last_scan|$(time_of /var/log/chkrootkit/log.today)"
    say "chkrootkit|found|$(contents /var/log/chkrootkit/log.today | grep -c INFECTED)"
  fi
  scanner imunify imunify360-agent imunify360-agen /var/imunify360/files/sigs/v1
  scanner aide aide aide /var/lib/aide/aide.db /var/lib/aide/aide.db.gz
  scan_log aide /var/log/aide/aide.log 's/.*Changed entries: *\([0-9]*\).*/\1/p'
  if is_file /var/ossec/bin/wazuh-control; then say 'wazuh|installed|yes'; else say 'wazuh|installed|no'; fi
  ! is_running wazuh-agentd || say 'wazuh|active|yes'
}
scanner() { # NAME PROGRAM PROCESS files of its data ...
  tool=$1
  if ! there "$2"; then say "$tool|installed|no"; return; fi
  say "$tool|installed|yes"
  put "$tool|version" "$(say "$PACKAGES" | awk -F '|' -v p="$tool" '$1 == p { print $2; exit }')" | tr '=' '|'
  if [ -z "$ROOT" ]; then say "$tool|active|$(yes_no is_running "$3")"; fi
  shift 3
  put "$tool|database" "$(time_of "$@")" | tr '=' '|'
}
scan_log() {
  is_file "$2" || return 0
  say "$1|last_scan|$(time_of "$2")"
  put "$1|found" "$(tail -c 200000 "$BELOW" | sed -n "$3" | tail -n 1)" | tr '=' '|'
}
clam_log() {
  hits=$(tail -c 200000 "$BELOW" | sed -n 's/^Infected files: *\([0-9]*\).*/\1/p' | tail -n 1)
  [ -z "$hits" ] || printf 'clamav|last_scan|%s clamav|found|%s\n' "$(stat_of "$BELOW" | rows time)" "$hits"
}

p_suspects() {
  if [ -z "$ROOT" ]; then
    [ "$ADMIN" = yes ] || STATUS=denied
    # shellcheck disable=SC2012 # of the links only where they lead is wanted, and line ends in them do no harm here
    ls -l /proc/[0-9]*/exe | awk '
      match($0, / -> /) {
        target = substr($0, RSTART + 4); gsub(/\|/, "?", target); pid = $0; sub(/\/exe -> .*/, "", pid); sub(/.*\//, "", pid)
        if (target ~ /^\/(tmp|var\/tmp|dev\/shm|run\/user)\//) print "exe-in-tmp|" pid " " target "|-"
        else if (target ~ / \(deleted\)$/) print "deleted-exe|" pid " " target "|-"
      }'
  fi
  [ -z "$ROOT" ] && [ -e /proc/self/exe ] || NOTE=disk-only
  set --
  for place in /tmp /var/tmp /dev/shm; do
    below "$place"
    [ ! -d "$BELOW" ] || set -- "$@" "$BELOW/"
  done
  before=$STATUS
  [ $# -eq 0 ] || found_rows "$(names "$@" -xdev -maxdepth 3 -type f -name '.?*' -perm -100 | stat_names 201 | rows path time | sed '/^=/!s/^/hidden-in-tmp|/')"
  [ "$before" = ok ] || STATUS=$before
  contents /etc/ld.so.preload | grep . | while IFS= read -r line; do say "preload|$line|$(time_of /etc/ld.so.preload)"; done
}

p_cron() {
  each cron_lines '/etc/crontab' '/etc/anacrontab' '/etc/cron.d/*' '/var/spool/cron/crontabs/*' '/var/spool/cron/tabs/*' '/var/spool/cron/*' \
    '/etc/crontabs/*' '/var/cron/tabs/*' '/etc/rc.local'
  each cron_script '/etc/cron.hourly/*' '/etc/cron.daily/*' '/etc/cron.weekly/*' '/etc/cron.monthly/*' '/etc/periodic/15min/*' '/etc/periodic/hourly/*' \
    '/etc/periodic/daily/*' '/etc/periodic/weekly/*' '/etc/periodic/monthly/*' '/usr/local/etc/periodic/*/*' '/var/spool/at/*' '/var/spool/cron/atjobs/*'
  [ "$UNREAD" = no ] || is denied
}
described() { stat_of "$BELOW" | rows time owner; }
cron_lines() { bare | head -n 250 | cut -c 1-1000 | hide_jobs | row_of "$(described)"; }
row_of() { what=$1 file=$FILE awk '{ print ENVIRON["file"] "|" ENVIRON["what"] "|" $0 }'; }
# A script: that it is there, and those of its lines that fetch, decode or run from places that anybody can write to
cron_script() {
  about=$(described)
  say '(script)' | row_of "$about"
  bare | grep -E 'curl|wget|base64|/tmp/|/dev/shm|/dev/tcp|python[0-9]* -c|perl -e|php -r|nc -|eval' | head -n 5 | cut -c 1-1000 | hide_jobs | row_of "$about"
}

p_timers() {
  if ! is_folder /etc/systemd/system; then is absent; return; fi
  units=$(each say_file '/etc/systemd/system/*.timer' '/etc/systemd/system/*.service' "$ROOTS_HOME/.config/systemd/user/*.service" '/home/*/.config/systemd/user/*.service' | head -n 300)
  [ -n "$units" ] || return 0
  owned=$(say "$units" | owners)
  say "$units" | while IFS= read -r unit; do
    below "$unit"
    about=$(stat_of "$BELOW")
    if [ ! -f "$BELOW" ]; then say "$unit|-|-"; continue; fi # a name with a line end in it
    case $NL$owned in *"$NL$unit|"*) [ "${about%%\|*}" -ge $(($(now) - 7776000)) ] || continue ;; esac
    command=$(text | sed -n -E 's/^(ExecStart|OnCalendar|OnUnitActiveSec|OnBootSec) *= *//p' | head -n 1 | hide_jobs)
    say "$unit|$(say "$about" | rows time)|$command"
  done
}
say_file() { [ -L "$base/${FILE##*/}" ] || say "$FILE"; }

p_preload() {
  time=$(time_of /etc/ld.so.preload)
  contents /etc/ld.so.preload | grep . | awk -v time="$time" '{ print time "|" $0 }'
}
p_files() {
  set --
  for place in /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/crontab /etc/init.d /etc/rc.local /etc/profile.d "$ROOTS_HOME/.ssh" \
    /usr/local/bin /usr/local/sbin; do
    below "$place"
    [ ! -e "$BELOW" ] || set -- "$@" "$BELOW"
  done
  if [ "$ADMIN" = no ] && [ -z "$ROOT" ]; then NOTE=not-root; fi
  [ $# -eq 0 ] || found_rows "$(names "$@" -xdev -maxdepth 4 -type f -mtime -90 | stat_names 201 | rows path time owner)"
}
p_persist_accounts() {
  for file in passwd shadow group master.passwd; do put "$file" "$(time_of /etc/$file)" | sed 's/^master.passwd=/shadow=/'; done
}
p_uploads() {
  paths=$(say "$SITES" | grep '|' | cut -d '|' -f 2 | sort -u)
  [ "$(say "$paths" | wc -l)" -le 60 ] || BIG=' cut'
  found=$(say "$paths" | head -n 60 | {
    set --
    while IFS= read -r site; do
      [ -n "$site" ] || continue
      for place in wp-content/uploads uploads files sites/default/files images media pub/media cache tmp img upload; do
        below "$site/$place"
        [ ! -d "$BELOW" ] || set -- "$@" "$BELOW"
      done
    done
    [ $# -eq 0 ] || names "$@" -xdev -maxdepth 8 -type f \( -name '*.php' -o -name '*.php[3-8]' -o -name '*.phtml' -o -name '*.phar' \)
  } | stat_names 101 | rows path time size)
  found_rows "$found"
  sites_state
}

p_resources() {
  if [ -n "$ROOT" ]; then
    disks "$ROOT" | sed "s#^disk=$ROOT,#disk=/,#"
    return
  fi
  if [ -r /proc/meminfo ]; then
    say "cpus=$(grep -c '^processor' /proc/cpuinfo)"
    awk '{ print "load1=" $1; print "load5=" $2; print "load15=" $3 }' /proc/loadavg
    awk '{ sub(/:/, "", $1); v[$1] = $2 }
      END {
        a = ("MemAvailable" in v) ? v["MemAvailable"] : v["MemFree"] + v["Buffers"] + v["Cached"]
        print "mem_total_kb=" v["MemTotal"]; print "mem_available_kb=" a; print "swap_total_kb=" v["SwapTotal"]; print "swap_free_kb=" v["SwapFree"]
      }' /proc/meminfo
    awk '$1 == "cpu" { for (i = 2; i <= 9; i++) all += $i; if (all) printf "iowait_percent=%.1f\n", $6 * 100 / all }' /proc/stat
    awk -F '[: ]+' 'NR > 2 { sub(/^ */, ""); if ($1 != "lo") { r += $2; t += $10 } }
      END { printf "net_rx_bytes=%.0f\nnet_tx_bytes=%.0f\n", r, t }' /proc/net/dev
    awk '$3 ~ /^([shv]d[a-z]+|xvd[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+)$/ { r += $6; w += $10 }
      END { printf "disk_read_kb=%.0f\ndisk_written_kb=%.0f\n", r / 2, w / 2 }' /proc/diskstats
  else
    put cpus "$(limit sysctl -n hw.ncpu)"
    limit sysctl -n vm.loadavg | awk '{ print "load1=" $2; print "load5=" $3; print "load15=" $4 }'
    put mem_total_kb "$(limit sysctl -n hw.physmem | awk '{ printf "%.0f\n", $1 / 1024 }')"
  fi
  ! have vnstat || put vnstat_month "$(limit vnstat --oneline | cut -d ';' -f 8-11)"
  say "processes=$(say "$PROCESSES" | wc -w | tr -d ' ')"
  disks
  limit ps -A -o pcpu= -o pmem= -o user= -o comm= | sort -rn | head -n 6 | awk 'NF >= 4 { print "top=" $1 "," $2 "," $3 "," $4 }'
}
# mount,size_kb,used_kb,inodes,inodes_used of a folder's disk, or of all local disks
disks() {
  {
    limit df -Pk "$@"
    say '=inodes'
    if [ "$SYSTEM" = FreeBSD ]; then limit df -ki "$@"; else limit df -Pi "$@"; fi
  } | awk -v bsd="$SYSTEM" '
    $1 == "=inodes" { second = 1; next }
    $1 !~ /^\/|^[a-z]+\/[a-zA-Z]|^overlay$/ || $1 ~ /loop/ { next }
    !second { size[$6] = $2; used[$6] = $3; order[++n] = $6; next }
    bsd == "FreeBSD" { i[$9] = $6 + $7; u[$9] = $6; next }
    { i[$6] = $2; u[$6] = $3 }
    END { for (k = 1; k <= n && k <= 40; k++) { m = order[k]; print "disk=" m "," size[m] "," used[m] "," i[m] + 0 "," u[m] + 0 } }'
}

# ---- Mail, names, proxies: configuration ----------------------------------------------------------------------------

POSTFIX='^(mynetworks[a-z_]*|mydestination|relay_domains|virtual_[a-z]*_?domains|smtpd_[a-z_]*restrict[a-z_]*|smtpd_relay_[a-z_]*|inet_[a-z]*|smtpd_sasl_auth_enable|'\
'smtpd_tls_security_level|smtpd_tls_auth_only|smtpd_client_[a-z_]*rate[a-z_]*|anvil_[a-z_]*|myhostname|mydomain|compatibility_level|'\
'permit_mx_backup_networks|local_recipient_maps|disable_vrfy_command|mua_[a-z_]*|smtpd_delay_reject) *='
p_postfix() {
  if [ -z "$ROOT" ] && have postconf; then
    ask postconf -n >/dev/null
    if [ "$STATUS" = ok ]; then say '# from postconf -n'; say "$answer" | postfix_lines; return; fi
    is ok
  fi
  each postfix_file '/etc/postfix/main.cf' '/usr/local/etc/postfix/main.cf'
  settle
}
postfix_file() { say "# from $FILE"; text | awk '/^[ \t]*(#|$)/ { next } /^[ \t]/ { sub(/^[ \t]+/, " "); l = l $0; next } { if (l != "") print l; l = $0 } END { if (l != "") print l }' | postfix_lines; }
# The named parameters, and those of somebody's own that hold restrictions; look-ups in databases are not followed.
postfix_lines() {
  awk -v named="$POSTFIX" '$0 ~ named || /^[a-z0-9_]+ *= *(permit|reject|check_|defer)/' |
    sed -E 's/(proxy:)?(mysql|pgsql|ldap|sqlite|mongodb|memcache|redis|socketmap|tcp):[^ ,]*/<lookup>/g'
}
p_master() {
  if [ -z "$ROOT" ] && have postconf; then
    ask postconf -M >/dev/null
    if [ "$STATUS" = ok ]; then say '# from postconf -M'; say "$answer" | master_lines; return; fi
    is ok
  fi
  each master_file '/etc/postfix/master.cf' '/usr/local/etc/postfix/master.cf'
  settle
}
master_file() { say "# from $FILE"; text | master_lines; }
master_lines() { awk '/^[ \t]*(#|$)/ { next } /^[^ \t]/ { on = ($8 == "smtpd" || $8 == "postscreen") } on'; }

p_exim() {
  program=exim
  ! have exim4 || program=exim4
  if [ -z "$ROOT" ] && have $program; then # what it uses, with all that it includes
    ask $program -bP config >/dev/null
    if [ "$STATUS" = ok ] && [ -n "$answer" ]; then
      FILE="$program -bP config"
      say "$answer" | exim_lines
      settings "^dc_" '/etc/exim4/update-exim4.conf.conf'
      is ok
      return
    fi
    is ok
  fi
  if is_file /etc/exim4/exim4.conf; then set -- '/etc/exim4/exim4.conf'; else set -- '/var/lib/exim4/config.autogenerated'; fi
  each exim_file "$@" '/etc/exim/exim.conf' '/etc/exim.conf' '/usr/local/etc/exim/configure'
  settings "^dc_" '/etc/exim4/update-exim4.conf.conf'
}
exim_file() { text | exim_lines; }
exim_lines() {
  say "# from $FILE"
  awk '
    /^[ \t]*(#|$)/ { next }
    { sub(/^[ \t]+/, ""); line = line $0; if (line ~ /\\$/) { sub(/\\$/, "", line); next } out(line); line = "" }
    function out(l) {
      if (l ~ /^begin /) acl = (l ~ /^begin +acl/)
      if (acl || l ~ /^begin |^(hide +)?(domainlist|hostlist|addresslist|localpartlist|acl_[a-z_]*|daemon_smtp_ports|local_interfaces|auth_advertise_hosts|tls_[a-z_]*) |^(acl|tls|daemon|local)_[a-z_]*=|^\.(if|el|end|include)|^[A-Z][A-Za-z0-9_]* *=/) {
        if (l ~ /(mysql|pgsql|ldap[a-z]*|sqlite|redis|ibase|oracle)[^a-z]/) sub(/(\$\{lookup|(mysql|pgsql|ldap[a-z]*|sqlite|redis|ibase|oracle);).*/, "<lookup>", l)
        print l
      }
    }'
}
p_sendmail() {
  settings '^ *(FEATURE|DAEMON_OPTIONS|define).*(relay|access|promiscuous|Addr|Port|confPRIVACY)|^ *DAEMON_OPTIONS' '/etc/mail/*.mc'
  settings 'RELAY' '/etc/mail/access'
  settings '^[^#]' '/etc/mail/relay-domains'
}
p_dovecot() {
  words='^ *(disable_plaintext_auth|auth_allow_cleartext|ssl|protocols|listen|auth_mechanisms|submission_relay_[a-z_]*) *='
  if [ -z "$ROOT" ] && have doveconf; then
    ask doveconf -n >/dev/null
    if [ "$STATUS" = ok ]; then say '# from doveconf -n'; say "$answer" | grep -E "$words"; return; fi
    is ok
  fi
  settings "$words" '/etc/dovecot/dovecot.conf' '/etc/dovecot/conf.d/*.conf' '/etc/dovecot/local.conf' '/usr/local/etc/dovecot/dovecot.conf' '/usr/local/etc/dovecot/conf.d/*.conf'
}

# Messages that wait: counted in the spool; senders are asked of the mail server, and masked.
p_queue() {
  total=0 server='' oldest='' LATE=no
  if is_folder /var/spool/postfix/deferred; then
    server=postfix
    for queue in active deferred incoming hold maildrop; do spool "$queue" "/var/spool/postfix/$queue" '*'; done
    [ -n "$ROOT" ] || ! have postqueue || limit postqueue -p | head -c 1500000 | awk '/^[0-9A-Za-z]+[*!]? / { print $NF }' | senders
  elif is_folder /var/spool/exim4/input || is_folder /var/spool/exim/input; then
    server=exim
    spool queue "$BELOW" '*-H' here
    if [ -z "$ROOT" ]; then
      program=exim
      ! have exim4 || program=exim4
      list=$(limit "$program" -bp | head -c 1500000)
      say "frozen=$(say "$list" | grep -c 'frozen')"
      say "$list" | awk 'match($0, /<[^>]*>/) && $1 ~ /^[0-9]+[mhdwy]$/ { print substr($0, RSTART + 1, RLENGTH - 2) }' | senders
    fi
  elif is_folder /var/spool/mqueue; then
    server=sendmail
    spool queue /var/spool/mqueue 'qf*'
  fi
  [ -n "$server" ] || { is absent; return; }
  say "server=$server"
  say "total=$total"
  [ -z "$oldest" ] || say "oldest=$(say "$oldest" | rows time)"
  [ "$LATE" = no ] || is timeout
  [ "$UNREAD" = no ] || is denied
}
spool() { # NAME FOLDER PATTERN: adds to total, keeps the oldest
  [ -n "${4:-}" ] || below "$2"
  [ -d "$BELOW" ] || return 0
  if ! [ -r "$BELOW" ] || ! [ -x "$BELOW" ]; then UNREAD=yes; return 0; fi
  found=$(names "$BELOW/" -xdev -maxdepth 3 -type f -name "$3" | tr -cd '\000' | wc -c | tr -d ' ')
  say "queue=$1,$found"
  total=$((total + found))
  age=$(names "$BELOW/" -xdev -maxdepth 3 -type f -name "$3" | stat_names 5000)
  case $age in *=timeout) LATE=yes ;; esac
  age=$(say "$age" | grep '^[0-9]' | sort -n | head -n 1)
  if [ -n "$age" ] && { [ -z "$oldest" ] || [ "${age%%\|*}" -lt "${oldest%%\|*}" ]; }; then oldest=$age; fi
}
senders() {
  sort | uniq -c | sort -rn | head -n 10 | awk '
    { a = $2; at = index(a, "@"); print "sender=" $1 "," (a == "" ? "<>" : at > 1 ? substr(a, 1, 1) "***" substr(a, at) : at ? "***" substr(a, at) : substr(a, 1, 1) "***") }'
}

p_bind() {
  if [ -z "$ROOT" ] && have named-checkconf && { is_file /etc/bind/named.conf || is_file /etc/named.conf || is_file /usr/local/etc/namedb/named.conf; }; then
    ask named-checkconf -px >/dev/null
    if [ "$STATUS" = ok ]; then say '# from named-checkconf -px'; say "$answer"; return; fi
    is ok
  fi
  each bind_file '/etc/bind/*.conf' '/etc/bind/named.conf.*' '/etc/named.conf' '/etc/named/*.conf' '/etc/named.d/*.conf' '/usr/local/etc/namedb/*.conf'
  settle
}
bind_file() {
  case $FILE in *~ | *.bak | *.dpkg-* | *.rpm*) return ;; esac # a secret may stand on the line after the word
  say "# from $FILE"
  text | grep -v -E '^ *(//|#|$)' | awk '/secret *$/ { print; if ((getline) > 0) print "  ***;"; next } { print }'
}
p_unbound() {
  each unbound_file '/etc/unbound/unbound.conf' '/etc/unbound/unbound.conf.d/*.conf' '/etc/unbound/conf.d/*.conf' '/etc/unbound/local.d/*.conf' \
    '/usr/local/etc/unbound/unbound.conf' '/usr/local/etc/unbound/conf.d/*.conf' '/var/unbound/unbound.conf' '/var/unbound/conf.d/*.conf'
  settle
}
unbound_file() {
  say "# from $FILE"
  text | sed 's/^ *//;s/ *#.*//' | awk '
    /^[a-z-]+: *$/ { clause = $1; if (clause == "server:") print; next }
    /^include/ || (clause != "remote-control:" && /^(interface[a-z-]*|port|access-control[a-z-]*|do-ip4|do-ip6|do-udp|do-tcp|outgoing-[a-z-]*|ip-address):/)'
}
p_dnsmasq() {
  words='^ *(interface|except-interface|listen-address|bind-interfaces|bind-dynamic|local-service|port|no-dhcp-interface|conf-dir|conf-file) *(=|$)'
  settings "$words" '/etc/dnsmasq.conf' '/etc/dnsmasq.d/*' '/usr/local/etc/dnsmasq.conf' '/usr/local/etc/dnsmasq.d/*'
  [ -n "$ROOT" ] || command_lines dnsmasq | while IFS= read -r line; do
    say '# from command line'
    say "$line" | sed 's/^--//' | grep -E "$words"
  done
}
# The options of running programs of a name, one a line
command_lines() {
  for hit in /proc/[0-9]*/comm; do
    [ "$(cat "$hit")" = "$1" ] && head -c 4000 "${hit%/comm}/cmdline" | tr '\n\000' ' \n' | sed 1d
  done
}
p_pdns() {
  settings '^ *(allow-from|allow-from-file|local-address|local-ipv6|local-port|recursor|allow-recursion|launch|include-dir) *[+]?=' '/etc/powerdns/pdns.conf' '/etc/powerdns/pdns.d/*.conf' '/etc/powerdns/recursor.conf' \
    '/etc/powerdns/recursor.d/*.conf' '/etc/pdns/pdns.conf' '/etc/pdns-recursor/recursor.conf' '/usr/local/etc/pdns/*.conf'
}
p_squid() {
  each squid_file '/etc/squid/squid.conf' '/etc/squid/conf.d/*.conf' '/etc/squid3/squid.conf' '/usr/local/etc/squid/squid.conf'
  settle
}
squid_file() { # of other kinds of acl only the name and the kind
  say "# from $FILE"
  text | awk '
    $1 == "acl" && $3 !~ /^(src|dst|port|proxy_auth|method|localip|localport|myportname)$/ { print $1, $2, $3; next }
    $1 ~ /^(http_port|https_port|acl|http_access|include)$/'
}
p_other_proxies() {
  settings '^ *(Port|Listen|Allow|Deny|BasicAuth|ConnectPort) ' '/etc/tinyproxy/tinyproxy.conf' '/etc/tinyproxy.conf' '/usr/local/etc/tinyproxy.conf'
  each plain_file '/etc/danted.conf' '/etc/sockd.conf' '/usr/local/etc/sockd.conf'
  each three_proxy '/etc/3proxy/3proxy.cfg' '/etc/3proxy.cfg' '/usr/local/etc/3proxy.cfg' '/usr/local/3proxy/conf/3proxy.cfg'
  if [ -z "$ROOT" ]; then
    words=$(command_lines microsocks | tr '\n' ' ' | sed 's/-P *[^ ]*/-P ***/g')
    if is_running microsocks; then SEEN=yes; say '# from command line'; say "microsocks $words"; fi
  fi
  settle
}
plain_file() { say "# from $FILE"; bare; }
three_proxy() { say "# from $FILE"; bare | sed 's/^users .*/users ***/;s/^parent .*/parent ***/'; }
p_web() {
  each web_file '/etc/apache2/*.conf' '/etc/apache2/sites-enabled/*' '/etc/apache2/mods-enabled/*.conf' '/etc/apache2/conf-enabled/*.conf' '/etc/httpd/conf/*.conf' \
    '/etc/httpd/conf.d/*.conf' '/etc/apache2/vhosts.d/*.conf' '/etc/apache2/conf.d/*.conf' '/usr/local/etc/apache24/*.conf' '/usr/local/etc/apache24/Includes/*.conf'
  each nginx_file '/etc/nginx/nginx.conf' '/etc/nginx/conf.d/*.conf' '/etc/nginx/sites-enabled/*' '/etc/nginx/http.d/*.conf' '/etc/nginx/vhosts.d/*.conf' \
    '/usr/local/etc/nginx/nginx.conf' '/usr/local/etc/nginx/conf.d/*.conf'
  settle
}
# Where a file switches the forward proxy on or off, also who may use it
web_file() {
  found=$(bare | grep -i -E '^(ProxyRequests|ProxyPass)')
  [ -n "$found" ] || return 0
  say "# from $FILE"
  case $found in *[Rr]equests*) bare | grep -i -E '^(ProxyRequests|ProxyPass|</?Proxy|Require|Order|Allow|Deny)' ;; *) say "$found" ;; esac
}
nginx_file() {
  found=$(bare | grep -E 'proxy_pass.*[$]|^resolver ')
  [ -z "$found" ] || { say "# from $FILE"; say "$found"; }
}

# ---- The whole ------------------------------------------------------------------------------------------------------

collect() {
  size=0
  KEEP=$(own_id)
  watchdog >/dev/null 2>&1 </dev/null &
  dog=$!
  MANAGER=$(find_manager)
  # A home that holds anything but plain characters would be a pattern of the shell.
  ROOTS_HOME=$(contents /etc/passwd | awk -F : '$3 == 0 { if ($6 ~ /^\/[A-Za-z0-9._\/-]+$/) print $6; exit }')
  ROOTS_HOME=${ROOTS_HOME:-/nonexistent}
  PROCESSES=''
  [ -n "$ROOT" ] || PROCESSES=" $({ cat /proc/[0-9]*/comm || ps -axco command; } </dev/null 2>/dev/null | tr ' \n' '- ') "
  PACKAGES=$(installed_packages </dev/null 2>/dev/null)
  say 'selfaudit-collector 1'
  HIDE=$HIDE_VALUES
  part meta 20 p_meta
  part host 20 p_host
  part os-release 60 p_os_release
  part os-extra 20 p_os_extra
  part kernel 60 running p_kernel
  part addresses 300 p_addresses
  part time 5 running p_time
  HIDE=$HIDE_URL
  part packages.manager 5 p_manager
  part packages.upgrade 400 patient p_upgrade
  part packages.security 400 patient p_security
  part packages.held 200 p_held
  part packages.lists 10 p_lists
  HIDE=$HIDE_ALL
  part packages.sources 60 p_sources
  HIDE=$HIDE_URL
  part packages.broken 100 patient p_broken
  part packages.of-interest 300 p_interest
  part packages.installed 8000 p_installed
  part packages.integrity 300 patient p_integrity
  part reboot.flag 10 running p_reboot
  part reboot.services 100 running p_stale
  HIDE=$HIDE_VALUES
  part automation 60 p_automation
  part software.runtimes 60 p_runtimes
  part software.panels 20 p_panels
  SITES=$(find_sites </dev/null 2>/dev/null)
  part software.sites 100 p_sites
  part software.plugins 400 p_plugins
  part software.wp 400 running p_wp
  part listeners 400 running p_listeners
  part firewall.nft 500 running p_nft
  part firewall.iptables 400 running p_iptables iptables /proc/net/ip_tables_names filter
  part firewall.ip6tables 400 running p_iptables ip6tables /proc/net/ip6_tables_names filter
  part firewall.iptables-nat 400 running p_iptables iptables /proc/net/ip_tables_names nat
  part firewall.pf 400 running p_pf
  part firewall.ufw 200 running p_ufw
  part firewall.firewalld 400 running p_firewalld
  part firewall.state 20 p_firewall_state
  part firewall.containers 100 running p_containers
  part login.sshd 200 running p_sshd
  part login.sshd-files 300 p_sshd_files
  part login.keys 300 p_keys
  part login.accounts 300 p_accounts
  part login.admins 100 p_admins
  part login.guard 30 p_guard
  part malware.scanners 80 p_scanners
  part malware.suspects 200 p_suspects
  HIDE=$HIDE_COMMANDS
  part persistence.cron 200 p_cron
  part persistence.timers 200 p_timers
  part persistence.preload 20 p_preload
  HIDE=$HIDE_URL
  part persistence.files 200 p_files
  part persistence.accounts 5 p_persist_accounts
  part persistence.uploads 100 p_uploads
  HIDE=$HIDE_VALUES
  part resources 100 p_resources
  HIDE=$HIDE_ALL
  part mail.postfix 200 p_postfix
  part mail.postfix-master 200 p_master
  part mail.exim 900 p_exim
  part mail.sendmail 200 p_sendmail
  part mail.dovecot 100 p_dovecot
  part mail.queue 40 p_queue
  part dns.bind 400 p_bind
  part dns.unbound 200 p_unbound
  part dns.dnsmasq 100 p_dnsmasq
  part dns.pdns 100 p_pdns
  part proxy.squid 300 p_squid
  part proxy.others 300 p_other_proxies
  part web.proxying 200 p_web
  write_part end ok 0 '' ''
  kill "$dog"
  wait "$dog"
}

# Blocks of 24 lines of 64 characters
blocks() {
  if have gzip; then data=$(say "$1" | gzip -9n | base64_of); else data=$(say "$1" | base64_of); fi
  id=$(say "$1" | cksum | cut -d ' ' -f 1)
  id=$(printf '%08x' "$id")
  total=$(((${#data} + 1535) / 1536))
  number=0
  say "$data" | fold -w 1536 | while IFS= read -r block; do
    number=$((number + 1))
    crc=$(printf '%s' "$block" | cksum)
    say "-----BEGIN SELFAUDIT $id $number/$total-----"
    say "$block" | fold -w 64
    say "-----END SELFAUDIT $id $number/$total ${crc%% *}-----"
  done
}

# How a program can be run apart: "view", as "nobody" alone, or "no". NO_NET and NO_NEW begin its command: without network, and
# without becoming root by a program that has the right to.
find_apart() {
  APART=no NO_NET='' NO_NEW='' UNSHARE='' CHROOT_PROGRAM=''
  [ "$ADMIN" = yes ] || return 0
  # By their paths, since those of a busybox know less.
  UNSHARE=$(path_of unshare) CHROOT_PROGRAM=$(path_of chroot) program=$(path_of setpriv)
  ! limit "${program:-setpriv}" --no-new-privs true 2>/dev/null || NO_NEW="$program --no-new-privs"
  ! limit "$UNSHARE" -n true 2>/dev/null || NO_NET=-n
  export NO_NEW
  limit "$CHROOT_PROGRAM" --userspec=65534:65534 / true 2>/dev/null || return 0
  before=$(mounts)
  # shellcheck disable=SC2086 # several options
  if limit "$UNSHARE" -m $NO_NET /bin/sh -c "$VIEW" sh "$ROOT" test 2>/dev/null && [ "$(mounts)" = "$before" ]; then APART=view
  elif [ -z "$ROOT" ] || [ -n "$NO_NEW" ]; then APART=nobody NO_NEW="${NO_NET:+$UNSHARE -n }$NO_NEW"; fi
}
# Whether a mount of ours came out
mounts() { root=$ROOT awk 'BEGIN { r = ENVIRON["root"] } $5 == r || $5 == r "/dev" || $5 == r "/tmp" || $5 == r "/var/tmp"' /proc/self/mountinfo; }

# Ends what hangs in spite of all limits (a pipe in place of a file, a program that does not end) once the time is over. KEEP is
# the process of collect; below it only those without children of their own are ended, so that it goes on and says what is missing.
watchdog() {
  trap 'kill $nap; exit 0' TERM
  nap=''
  me=$(own_id)
  sleep $((DEADLINE + GRACE - $(now))) &
  nap=$!
  wait $nap
  while kill -0 "$KEEP"; do
    for pid in $(hanging); do kill -9 "$pid"; done
    sleep 1 &
    nap=$!
    wait $nap
  done
}
own_id() { exec sh -c 'echo $PPID'; } # to be called in $( ): the id of the shell around it
hanging() {
  { cat /proc/[0-9]*/stat | sed 's/(.*)/x/'; ps -ax -o pid= -o ppid= | sed 's/^ *\([0-9]*\) */\1 x x /'; } | awk -v keep="$KEEP" -v me="$me" '
    { parent[$1] = $4 + 0; child[$4 + 0] = 1 }
    END {
      for (p in parent) {
        if (p in child || p + 0 == keep + 0) continue
        steps = 0
        for (q = p + 0; q > 1 && q != keep + 0 && q != me + 0 && steps++ < 50;) q = parent[q] + 0
        if (q == keep + 0) print p
      }
    }'
}

fail() {
  say "$1" >&2
  exit 2
}

main() {
  ROOT='' CHROOT=no NO_CHROOT=denied AS_ROOT=no COMPACT=no LIST=no DEEP=no OPTIONS=''
  while [ $# -gt 0 ]; do
    case $1 in
      --root)
        [ $# -gt 1 ] || fail "$USAGE"
        ROOT=$(cd "$2" 2>/dev/null && pwd -P) || fail "There is no folder $2."
        [ "$ROOT" != / ] || fail '--root needs the folder at which the disk of the other system is mounted.'
        [ -d "$ROOT/etc" ] || [ -L "$ROOT/etc" ] || fail "$ROOT holds no folder etc: is the disk mounted there?"
        OPTIONS="$OPTIONS --root"
        shift ;;
      --no-chroot) NO_CHROOT=skipped OPTIONS="$OPTIONS $1" ;;
      --chroot-as-root) AS_ROOT=yes OPTIONS="$OPTIONS $1" ;;
      --compact) COMPACT=yes OPTIONS="$OPTIONS $1" ;;
      --packages) LIST=yes OPTIONS="$OPTIONS $1" ;;
      --deep) DEEP=yes OPTIONS="$OPTIONS $1" ;;
      -h | --help) say "$USAGE"; exit 0 ;;
      *) fail "$USAGE" ;;
    esac
    shift
  done
  for tool in cksum awk sed tr cut head; do have $tool || fail "The program $tool is needed, and it is not here."; done
  OPTIONS=${OPTIONS# }
  STARTED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  LONGEST=8 GRACE=5 DEADLINE=$(($(now) + 28))
  [ "$DEEP" = no ] || LONGEST=120 DEADLINE=$(($(now) + 300))
  SYSTEM=$(uname -s)
  ADMIN=$(yes_no [ "$(id -u)" = 0 ])
  if timeout -k 1 2 true; then TIMEOUT='kill'; elif timeout 2 true; then TIMEOUT=plain; elif timeout -t 2 true; then TIMEOUT=busybox; else TIMEOUT=none; fi 2>/dev/null
  if stat -c %Y / >/dev/null 2>&1; then STAT=gnu; else STAT=bsd; fi
  find_apart
  if [ -n "$ROOT" ] && [ "$NO_CHROOT" = denied ] && [ "$ADMIN" = yes ] && there sh && { [ "$APART" != no ] || [ "$AS_ROOT" = yes ]; }; then CHROOT=yes; fi
  text=$(collect 2>/dev/null)
  end="selfaudit-end $(say "$text" | grep -c '^@ ')"
  hash=$(say "$text" | sha256_of)
  if [ -n "$hash" ]; then end="$end sha256 $hash"; else end="$end cksum $(say "$text" | cksum | cut -d ' ' -f 1)"; fi
  if [ "$COMPACT" = yes ]; then blocks "$text$NL$end"; else say "$text$NL$end"; fi
}

# Only here does anything begin: a script that was cut off on its way does nothing.
main "$@" </dev/null
